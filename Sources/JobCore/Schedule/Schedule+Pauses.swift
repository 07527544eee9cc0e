extension Schedule {
    /// Returns the first occurrence strictly after an instant that none of these pauses covers. Nil if there is none,
    /// or if a pause covers it that nobody knows the end of.
    public func next(after instant: Instant, outside pauses: [JobPause]) -> Instant? {
        var next = self.next(after: instant)
        // In the order of their beginnings one round is enough: a pause that is passed has ended before `next`.
        for pause in pauses.sorted(by: { $0.begunAt < $1.begunAt }) {
            guard let occurrence = next, pause.begunAt <= occurrence else { break }
            guard pause.covers(occurrence) else { continue }
            guard let end = pause.end else { return nil }
            // An occurrence at the very end runs.
            next = self.next(after: end.adding(milliseconds: -1))
        }
        return next
    }
}
