import JSON

/// A pause as people read it.
struct PauseLine {
    private let pause: JSONValue

    /// Takes a pause as the API shows it.
    init(_ pause: JSONValue) {
        self.pause = pause
    }

    /// Takes the field `paused` of a job; nil if it is not paused.
    init?(of job: JSONValue) {
        guard let pause = job["paused"], pause.isObject else { return nil }
        self.pause = pause
    }

    /// Such as `job billing/send-invoices`, `service billing` or `tag nightly`; in the view of a job, which has no
    /// names, `job` or `service`.
    var subject: String {
        let by = pause["by"]?.string ?? ""
        let names = (by == "tag" ? ["tag"] : ["service_name", "job_name"]).compactMap { pause[$0]?.string }
        return names.isEmpty ? by : "\(by) \(names.joined(separator: "/"))"
    }

    /// The end of a line about it: `until 2030-01-31T08:00:00Z`, or nothing.
    var end: String { pause["until"]?.string.map { " until \($0)" } ?? "" }

    /// The row of a table.
    var row: [String] { [subject] + ["until", "paused_by", "paused_at", "note"].map { pause[$0]?.cell ?? "-" } }

    /// All of it in one line.
    var text: String {
        let note = pause["note"]?.string.map { ": \($0)" } ?? ""
        return "\(subject)\(end), by \(pause["paused_by"]?.cell ?? "") at \(pause["paused_at"]?.cell ?? "")\(note)"
    }
}
