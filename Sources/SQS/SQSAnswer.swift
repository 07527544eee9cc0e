import HTTPClient
import JSON
import JobCore

/// Reads what SQS answers (AWS JSON protocol 1.0).
enum SQSAnswer {
    private struct ErrorReply: Decodable {
        var type: String?
        var message: String?
        var capitalMessage: String?

        enum CodingKeys: String, CodingKey {
            case type = "__type"
            case message
            case capitalMessage = "Message"
        }
    }

    private struct SendReply: Decodable {
        var messageID: String
        var bodyMD5: String

        enum CodingKeys: String, CodingKey {
            case messageID = "MessageId"
            case bodyMD5 = "MD5OfMessageBody"
        }
    }

    private struct ReceiveReply: Decodable {
        var messages: [SQSReceivedMessage]?

        enum CodingKeys: String, CodingKey {
            case messages = "Messages"
        }
    }

    private struct DeleteReply: Decodable {
        struct Entry: Decodable {
            var code: String?

            enum CodingKeys: String, CodingKey {
                case code = "Code"
            }
        }

        var failed: [Entry]?

        enum CodingKeys: String, CodingKey {
            case failed = "Failed"
        }
    }

    /// Ten messages of 1 MiB, which may be 60 MiB when each byte is escaped, and the rest of the answer.
    static let receivedLimits = JSONLimits(bytesMax: 64 * 1_024 * 1_024)

    private static let codeBytesMax = 64

    /// The body of an answer with status 200. Throws the error that any other outcome is.
    static func body(of outcome: ClientOutcome) throws(SQSError) -> [UInt8] {
        switch outcome {
        case .response(let response) where response.status == 200: return response.body
        case .response(let response):
            let reply = try? JSONDecoding.decode(ErrorReply.self, from: response.body, limits: .standard)
            let message = reply?.message ?? reply?.capitalMessage ?? String(decoding: response.body, as: UTF8.self)
            throw SQSError(status: response.status, code: code(reply?.type ?? ""), detail: message)
        case .failure(.badURL, let detail, _), .failure(.badRequest, let detail, _):
            throw SQSError(.refused, code: "the request can't be sent", detail: detail)
        case .failure(let failure, let detail, _):
            throw SQSError(.unavailable, code: failure.description, detail: detail)
        }
    }

    /// The id of a message that SQS has, from the answer to `SendMessage`. Throws if it has received another body.
    static func messageID(in body: [UInt8], sent: [UInt8]) throws(SQSError) -> String {
        let reply = try decode(SendReply.self, body)
        guard reply.bodyMD5.lowercased() == SQSMessage.md5(of: sent) else {
            throw SQSError(.unavailable, code: "SQS received a damaged message")
        }
        return reply.messageID
    }

    /// The messages in the answer to `ReceiveMessage`. One whose body was damaged on its way is left out: SQS offers it
    /// again.
    static func messages(in body: [UInt8]) throws(SQSError) -> [SQSReceivedMessage] {
        (try decode(ReceiveReply.self, body, limits: receivedLimits).messages ?? []).filter(\.isUndamaged)
    }

    /// The codes of the messages that SQS has not deleted, from the answer to `DeleteMessageBatch`.
    static func codesOfNotDeleted(in body: [UInt8]) throws(SQSError) -> [String] {
        (try decode(DeleteReply.self, body).failed ?? []).map { code($0.code ?? "") }
    }

    /// `QueueDoesNotExist` of `com.amazonaws.sqs#QueueDoesNotExist`. Empty if it is no code: it goes on record.
    static func code(_ type: String) -> String {
        let name = type.split(separator: "#").last?.prefix { $0 != ":" } ?? ""
        let isCode = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isCode && name.utf8.count <= codeBytesMax ? String(name) : ""
    }

    private static func decode<Reply: Decodable>(
        _ type: Reply.Type, _ body: [UInt8], limits: JSONLimits = .standard
    ) throws(SQSError) -> Reply {
        do {
            return try JSONDecoding.decode(type, from: body, limits: limits)
        } catch {
            throw SQSError(.unavailable, code: "the answer of SQS can't be read", detail: "\(error)")
        }
    }
}
