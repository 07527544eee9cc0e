public import JSON

/// A dead letter that stays where it is, and why.
public struct LetterFailure: Sendable, Equatable, Decodable {
    public var id: String
    /// The work queue whose dead letter it is; empty if the API doesn't say.
    public var queue: String
    /// For programs, such as `forged_origin`.
    public var code: String
    /// What is wrong.
    public var message: String

    public init(id: String, queue: String, code: String, message: String) {
        self.id = id
        self.queue = queue
        self.code = code
        self.message = message
    }

    /// What a person can do about it.
    public var advice: String {
        switch code {
        case "forged_origin":
            "look at who published it (belfry dead peek), then drop it: it is never replayed"
        case "no_origin":
            "nothing tells where it came from: export it, then drop it"
        case "unroutable":
            "run belfry topology check, repair what it names, then replay it again"
        case "not_taken":
            "the queue is full or the broker has an alarm: replay it again when that is over"
        case "too_large", "unreadable":
            "no stage can read it: export it, then drop it"
        default:
            "look at it with belfry dead peek"
        }
    }

    /// The failure as the API gives it.
    public var json: JSONValue {
        .object(["id": .string(id), "queue": .string(queue), "code": .string(code), "message": .string(message)])
    }
}
