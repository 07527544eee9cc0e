import Foundation
import JSON
public import Messaging

/// The line of a file that a message becomes.
public struct ExportLine: Sendable, Equatable {
    public var kind: ExportKind
    /// With the line feed at its end.
    public var bytes: [UInt8]

    /// More levels or values than events have, and few enough for the memory.
    private static let limits = JSONLimits(
        bytesMax: MessageLimits.readBodyBytesMax, depthMax: 64, valueCountMax: 100_000)

    /// Every message becomes a line: an event if its body is a JSON object, else one of the rejected, with its
    /// headers also if the body was too large to be read.
    public init(_ message: InboundMessage) {
        guard message.unreadBodyBytes == 0 else {
            let error = "the body was not read: it may have \(MessageLimits.readBodyBytesMax) bytes"
            (kind, bytes) = (.rejected, RejectedMessage(message, error: error).line)
            return
        }
        do throws(JSONError) {
            _ = try JSONDecoding.decode(AnyObjectText.self, from: message.body, limits: Self.limits)
            (kind, bytes) = (.events, Self.oneLine(message.body))
        } catch {
            (kind, bytes) = (.rejected, RejectedMessage(message, error: "\(error)").line)
        }
    }

    /// The text as it came, but for line breaks. JSON has them only between values, where a space means the same.
    private static func oneLine(_ body: [UInt8]) -> [UInt8] {
        let breaks = [UInt8(ascii: "\n"), UInt8(ascii: "\r")]
        return body.map { breaks.contains($0) ? UInt8(ascii: " ") : $0 } + [UInt8(ascii: "\n")]
    }
}

/// Any JSON object, of which nothing is kept.
private struct AnyObjectText: Decodable {
    private enum NoKey: CodingKey {}

    init(from decoder: any Decoder) throws {
        _ = try decoder.container(keyedBy: NoKey.self)
    }
}

/// All that was read of a message, so that nothing is lost.
private struct RejectedMessage: Encodable {
    var error: String
    var exchange: String
    var routingKey: String
    var messageID: String?
    var headers: [String: String]
    var properties: [String: String]
    var bodyBytes: UInt64
    /// Nil if the body was too large to be read.
    var body: String?

    private enum CodingKeys: String, CodingKey {
        case error, exchange
        case routingKey = "routing_key"
        case messageID = "message_id"
        case headers, properties
        case bodyBytes = "body_bytes"
        case body = "body_base64"
    }

    init(_ message: InboundMessage, error: String) {
        self.error = error
        exchange = message.exchange
        routingKey = message.routingKey
        messageID = message.id
        headers = message.headers
        properties = message.properties
        let isRead = message.unreadBodyBytes == 0
        bodyBytes = isRead ? UInt64(message.body.count) : message.unreadBodyBytes
        body = isRead ? Data(message.body).base64EncodedString() : nil
    }

    var line: [UInt8] {
        do {
            return try JSONWriter.bytes(of: self) + [UInt8(ascii: "\n")]
        } catch {
            preconditionFailure("texts have JSON: \(error)")
        }
    }
}
