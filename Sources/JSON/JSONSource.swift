/// The JSON text of a value: numbers, names and escapes are as they were sent.
///
/// A type has a field of this type for a value that somebody else reads:
///
/// ```swift
/// struct Envelope: Codable { var kind: String, body: JSONSource }
/// ```
public struct JSONSource: Sendable, Hashable, Codable {
    public var bytes: [UInt8]

    /// `bytes` must be a JSON text that was read or written before: it is written as it is.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The text without the spaces between its tokens. Throws `DecodingError` unless the decoder is ``JSONDecoding``'s.
    public init(from decoder: any Decoder) throws {
        guard let decoder = decoder as? NodeDecoder else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "this decoder does not keep the JSON text"))
        }
        bytes = []
        decoder.document.appendSource(of: decoder.node, to: &bytes)
    }

    /// Throws `EncodingError` unless the encoder is ``JSONWriter``'s.
    public func encode(to encoder: any Encoder) throws {
        guard let encoder = encoder as? ValueEncoder else {
            throw EncodingError.invalidValue(
                self, .init(codingPath: encoder.codingPath, debugDescription: "this encoder does not take JSON text"))
        }
        encoder.encode(self)
    }
}
