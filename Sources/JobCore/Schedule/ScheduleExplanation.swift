/// A schedule in words, with its next occurrences.
///
/// ```swift
/// let schedule = try Schedule("cron(0 8 ? * MON-FRI *)")
/// ScheduleExplanation(schedule, after: now, count: 2).sentence  // "At 08:00 every Monday through Friday (UTC)"
/// ```
public struct ScheduleExplanation: Sendable, Equatable {
    /// A sentence, which says so if the schedule never occurs.
    public let sentence: String
    /// The next occurrences in RFC 3339, with the offset of the schedule's time zone.
    public let occurrences: [String]

    /// Explains a schedule. It lists up to `count` occurrences after an instant.
    public init(_ schedule: Schedule, after start: Instant, count: Int) {
        func text(_ instant: Instant) -> String {
            schedule.timeZone == "UTC" ? instant.rfc3339 : instant.rfc3339(in: schedule.timeZone) ?? instant.rfc3339
        }
        var occurrences: [String] = []
        var last = start
        while occurrences.count < count, let next = schedule.next(after: last) {
            occurrences.append(text(next))
            last = next
        }
        self.occurrences = occurrences
        guard occurrences.isEmpty else {
            sentence = schedule.sentence
            return
        }
        let isOver = schedule.next(after: Instant.recordable.lowerBound) != nil
        sentence = schedule.sentence + (isOver ? ". It never occurs after \(text(start))." : ". It never occurs.")
    }
}
