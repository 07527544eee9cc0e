import JSON

/// Messages as JSON bodies.
public enum MessageCoder {
    private static let limits = JSONLimits(bytesMax: MessageLimits.decodedBodyBytesMax)

    /// The JSON of a value. Throws `EncodingError` for a floating-point number that is not finite.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        try JSONWriter.bytes(of: value)
    }

    /// The JSON of a pipeline message. Its fields are strings, whole numbers and flags, each of which JSON can hold.
    static func encoded(_ value: some Encodable) -> [UInt8] {
        do {
            return try encode(value)
        } catch {
            preconditionFailure("\(type(of: value)) holds a value that JSON has no text for: \(error)")
        }
    }

    /// Reads a body. Throws `UnreadableMessage` with the position and the field at fault.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from body: [UInt8]
    ) throws(UnreadableMessage) -> Value {
        do {
            return try JSONDecoding.decode(type, from: body, limits: limits)
        } catch {
            throw UnreadableMessage("not a \(type): \(error)")
        }
    }
}
