/// When something that may happen often is logged: the first time, and then at most once a minute.
struct RepeatedWarning {
    private static let interval: Duration = .seconds(60)

    private var sinceLastLine = 0
    private var loggedAt: ContinuousClock.Instant?

    /// It has happened once more. Answers how often it has since the last line, if a line is due.
    mutating func count(at now: ContinuousClock.Instant) -> Int? {
        sinceLastLine += 1
        if let loggedAt, now - loggedAt < Self.interval { return nil }
        defer { (sinceLastLine, loggedAt) = (0, now) }
        return sinceLastLine
    }
}
