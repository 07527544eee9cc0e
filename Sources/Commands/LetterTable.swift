public import JSON
public import JobCore

/// The table of `belfry dead list`.
public enum LetterTable {
    public static let header = ["ID", "QUEUE", "REASON", "JOB", "AGE", "REPLAYS", "ERROR"]

    /// The row of a letter as the API shows it. What the letter lacks is `-`.
    public static func row(_ letter: JSONValue, now: Instant) -> [String] {
        let job = [letter.fieldText("service_name"), letter.fieldText("job_name")].compactMap { $0 }
        let age = letter.fieldText("last_dead_at").flatMap { Instant(rfc3339: $0) }.map {
            DurationText.shown(seconds: now.milliseconds(since: $0) / 1_000)
        }
        return [
            letter.fieldText("id"), letter.fieldText("queue"), letter.fieldText("reason"),
            job.isEmpty ? nil : job.joined(separator: "/"), age, letter.fieldText("replays"),
            letter.fieldText("error"),
        ].map { $0 ?? "-" }
    }
}
