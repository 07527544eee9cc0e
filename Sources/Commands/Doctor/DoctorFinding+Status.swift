public import JSON

extension DoctorFinding {
    /// What to say about an answer of `GET /status`. `url` is the API's, without a password.
    public static func status(_ status: JSONValue, url: String) -> DoctorFinding {
        let check = "admin API"
        guard case .array(let stages)? = status.field("stages"), case .array(let problems)? = status.field("problems")
        else {
            return .wrong(
                check, "\(url) answers with no status", next: "check whether consoled has the version of this belfry")
        }
        let isDown = stages.contains { $0.fieldText("state") == "down" }
        guard let first = problems.first else { return .ok(check, "\(stages.count) stages are at work, by \(url)") }
        let more = problems.count == 1 ? "" : " and \(problems.count - 1) more"
        let found = "\(first.fieldText("message") ?? "a problem")\(more)"
        let next = "\(first.fieldText("hint") ?? "Look at it.") belfry status shows all"
        return isDown ? .wrong(check, found, next: next) : .warning(check, found, next: next)
    }
}
