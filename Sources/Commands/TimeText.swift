public import JobCore

/// A time on the command line: RFC 3339, or how long ago it was, such as `90m` or `7d`.
public enum TimeText {
    private static let daysMax: Int64 = 36_500

    /// The time that a text stands for; nil for another text.
    public static func instant(of text: String, now: Instant) -> Instant? {
        if let instant = Instant(rfc3339: text), Instant.recordable.contains(instant) { return instant }
        return DurationText.seconds(of: text, secondsMax: daysMax * 86_400).map { now.adding(seconds: -$0) }
    }
}
