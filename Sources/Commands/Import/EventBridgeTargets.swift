import JSON
import JobCore

/// What the targets of EventBridge are here: queues of SQS, and API destinations whose answers are in the files.
struct EventBridgeTargets {
    /// The attempts that AWS makes if a target doesn't say.
    private static let attemptsOfAWS: Int64 = 185

    /// The URLs of API destinations, by their ARNs.
    private var destinations: [String: String] = [:]

    /// Takes the URL of an API destination out of an answer of `describe-api-destination`.
    mutating func learn(_ destination: JSONValue) {
        guard let arn = destination.string("ApiDestinationArn") else { return }
        destinations[arn] = destination.string("InvocationEndpoint")
    }

    /// Sets the target, the payload and the retries of a job. Returns what there is to say.
    func fill(_ draft: inout ImportDraft, from target: JSONValue?) -> [String] {
        guard let target, let arn = target.string("Arn") else {
            draft.foreignTarget = "its targets, which are in no file"
            return []
        }
        var notes: [String] = []
        draft.foreignTarget = arn
        if let url = destinations[arn], !url.contains("*") {
            draft.target = InvocationTarget(kind: .http, address: url)
            notes.append("Belfry sends a signed POST, without the authorization of the API destination")
        } else if let url = Self.queueURL(arn) {
            draft.target = InvocationTarget(kind: .sqs, address: url)
        }
        if let input = target.string("Input") {
            draft.fields["payload"] = .string(input)
        } else {
            notes.append("its target has no Input: AWS sends the event as JSON, and Belfry sends no payload")
        }
        notes += Self.otherFields(of: target).map { "\($0) of its target is not imported" }
        notes += Self.setRetry(target.field("RetryPolicy"), &draft)
        return notes
    }

    /// The fields of a target that no job has, cut and up to 20 of them.
    private static func otherFields(of target: JSONValue) -> [String] {
        guard case .object(let fields) = target else { return [] }
        let known: Set = ["Id", "Arn", "Input", "RetryPolicy", "RoleArn"]
        return fields.keys.filter { !known.contains($0) }.sorted().prefix(20).map { String($0.prefix(64)) }
    }

    /// `arn:aws:sqs:eu-west-1:123456789012:jobs` → `https://sqs.eu-west-1.amazonaws.com/123456789012/jobs`
    private static func queueURL(_ arn: String) -> String? {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "sqs" else { return nil }
        let url = "https://sqs.\(parts[3]).amazonaws.com\(parts[1] == "aws-cn" ? ".cn" : "")/\(parts[4])/\(parts[5])"
        return (try? SQSQueueURL(url)) == nil ? nil : url
    }

    private static func setRetry(_ policy: JSONValue?, _ draft: inout ImportDraft) -> [String] {
        var notes: [String] = []
        // The default of AWS is a day.
        if let age = policy?.field("MaximumEventAgeInSeconds")?.wholeNumber, age != 86_400 {
            notes.append("its target's MaximumEventAgeInSeconds \(age) is not imported: attempts end with the ttl")
        }
        guard let retries = policy?.field("MaximumRetryAttempts")?.wholeNumber, retries >= 0,
            retries != attemptsOfAWS
        else { return notes }
        let attempts = retries >= RetryPolicy.attemptsMax ? Int64(RetryPolicy.attemptsMax) : retries + 1
        draft.fields["retry"] = .object(["max_attempts": .integer(attempts)])
        if attempts != retries + 1 { notes.append("\(retries) retries become \(attempts) attempts, which is the most") }
        return notes
    }
}
