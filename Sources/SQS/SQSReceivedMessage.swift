import JobCore

/// A message that SQS has handed out. It is offered again after the queue's visibility timeout unless it is deleted.
struct SQSReceivedMessage: Sendable, Equatable {
    /// SQS's id of the message.
    var id: String
    /// What the message is deleted with.
    var receiptHandle: String
    var body: [UInt8]
    /// The attributes that are texts, by name.
    var attributes: [String: String]
    /// How often it has been handed out, this time included.
    var receiveCount: Int
    private var bodyMD5: String

    /// Whether the body is the one that SQS has sent.
    var isUndamaged: Bool { bodyMD5.lowercased() == SQSMessage.md5(of: body) }
}

extension SQSReceivedMessage: Decodable {
    private struct Attribute: Decodable {
        var value: String?

        enum CodingKeys: String, CodingKey {
            case value = "StringValue"
        }
    }

    private struct SystemAttributes: Decodable {
        var receiveCount: String?

        enum CodingKeys: String, CodingKey {
            case receiveCount = "ApproximateReceiveCount"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id = "MessageId"
        case receiptHandle = "ReceiptHandle"
        case body = "Body"
        case bodyMD5 = "MD5OfBody"
        case attributes = "MessageAttributes"
        case system = "Attributes"
    }

    /// Decodes a message of the answer to `ReceiveMessage`.
    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(String.self, forKey: .id)
        receiptHandle = try fields.decode(String.self, forKey: .receiptHandle)
        body = Array(try fields.decode(String.self, forKey: .body).utf8)
        bodyMD5 = try fields.decode(String.self, forKey: .bodyMD5)
        attributes = try (fields.decodeIfPresent([String: Attribute].self, forKey: .attributes) ?? [:])
            .compactMapValues(\.value)
        let system = try fields.decodeIfPresent(SystemAttributes.self, forKey: .system)
        receiveCount = system?.receiveCount.flatMap(Int.init) ?? 1
    }
}
