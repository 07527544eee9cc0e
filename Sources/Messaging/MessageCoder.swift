internal import FoundationEssentials

/// Messages as JSON bodies.
public enum MessageCoder {
    private static let decoder = JSONDecoder()

    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        try JSONWriter.bytes(of: value)
    }

    /// Reads a body. Throws `UnreadableMessage` when it is not what it should be.
    public static func decode<Value: Decodable>(_ type: Value.Type, from body: [UInt8]) throws(UnreadableMessage)
        -> Value
    {
        guard body.count <= MessageLimits.decodedBodyBytesMax else {
            throw UnreadableMessage("the body has \(body.count) bytes, more than \(MessageLimits.decodedBodyBytesMax)")
        }
        do {
            return try decoder.decode(type, from: Data(body))
        } catch let error as DecodingError {
            throw UnreadableMessage("not a \(type): \(explain(error))")
        } catch {
            throw UnreadableMessage("not a \(type): \(error)")
        }
    }

    private static func explain(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            "/" + context.codingPath.map(\.stringValue).joined(separator: "/")
        }
        switch error {
        case .keyNotFound(let key, let context): return "\(path(context)) has no “\(key.stringValue)”"
        case .typeMismatch(let type, let context): return "\(path(context)) is not a \(type)"
        case .valueNotFound(_, let context): return "\(path(context)) is null"
        case .dataCorrupted(let context): return "\(path(context)): \(context.debugDescription)"
        @unknown default: return "\(error)"
        }
    }
}

/// A message that no retry makes readable: it belongs to the dead letters.
public struct UnreadableMessage: Error, Sendable, Equatable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) {
        self.description = description
    }
}
