import FoundationEssentials
import JobCore
import Messaging

/// The JSON of a dead letter. A field without a value is null; those of the body are left out where it is not shown.
struct DeadLetterView: Encodable {
    var letter: DeadLetter
    /// Nil where it is not shown.
    var body: [UInt8]?
    /// How many letters have this id, if it is more than one and they were counted.
    var copies: Int?

    /// A longer body may be text only if JSON does not make it more than twice as long.
    private static let freeBodyBytesMax = 4 * 1_024

    private struct Origin: Encodable {
        var exchange: String?
        var routingKey: String?
        var queue: String

        private enum CodingKeys: String, CodingKey {
            case exchange, queue
            case routingKey = "routing_key"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(exchange, forKey: .exchange)
            try container.encode(routingKey, forKey: .routingKey)
            try container.encode(queue, forKey: .queue)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id, queue, origin, reason, error, attempts, replays, headers, copies, body
        case firstDeadAt = "first_dead_at"
        case lastDeadAt = "last_dead_at"
        case messageID = "message_id"
        case serviceName = "service_name"
        case jobName = "job_name"
        case executionID = "execution_id"
        case bodyBytes = "body_bytes"
        case bodyBase64 = "body_base64"
        case bodyIsCut = "body_is_cut"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(letter.id, forKey: .id)
        try container.encode(letter.queue, forKey: .queue)
        try container.encode(
            Origin(exchange: letter.originExchange, routingKey: letter.originRoutingKey, queue: letter.queue),
            forKey: .origin)
        try container.encode(letter.reason, forKey: .reason)
        try container.encode(letter.error, forKey: .error)
        try container.encode(letter.attempts, forKey: .attempts)
        try container.encode(letter.replays, forKey: .replays)
        try container.encode(letter.firstDeadAt?.rfc3339, forKey: .firstDeadAt)
        try container.encode(letter.lastDeadAt?.rfc3339, forKey: .lastDeadAt)
        try container.encode(letter.messageID, forKey: .messageID)
        try container.encode(letter.service, forKey: .serviceName)
        try container.encode(letter.job, forKey: .jobName)
        try container.encode(letter.executionID, forKey: .executionID)
        try container.encode(letter.bodyBytes, forKey: .bodyBytes)
        try container.encode(letter.headers, forKey: .headers)
        try container.encodeIfPresent(copies, forKey: .copies)
        guard let body else { return }
        if let text = Self.text(body) {
            try container.encode(text, forKey: .body)
        } else {
            try container.encode(Data(body).base64EncodedString(), forKey: .bodyBase64)
        }
        try container.encode(body.count < letter.bodyBytes, forKey: .bodyIsCut)
    }

    /// The body as text; nil if it is not UTF-8, or if it is long and JSON makes it much longer: what is exported must
    /// fit into a request again.
    private static func text(_ body: [UInt8]) -> String? {
        if body.count > freeBodyBytesMax {
            // JSON writes a control character as six bytes.
            let escapedBytes = body.reduce(0) { $0 + ($1 < 0x20 ? 6 : $1 == 0x22 || $1 == 0x5C ? 2 : 1) }
            guard escapedBytes <= 2 * body.count else { return nil }
        }
        return String(validating: body, as: UTF8.self)
    }
}
