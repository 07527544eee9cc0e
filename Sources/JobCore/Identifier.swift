import Crypto
public import FoundationEssentials

/// A UUID with the type of its subject, so that a job's id can't be passed where an execution's id is expected.
///
/// The text form is always lower case. In JSON it is a string.
public struct Identifier<Subject>: Hashable, Sendable {
    /// The 16 bytes of the identifier.
    public let uuid: UUID

    /// Wraps a UUID that is already known.
    public init(_ uuid: UUID) {
        self.uuid = uuid
    }

    /// Creates a random identifier (UUIDv4, RFC 9562 section 5.4).
    public static func random() -> Identifier {
        // `UUID()` opens and closes /dev/urandom each time.
        var bytes = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
        return withUnsafeBytes(of: &bytes) { Identifier($0, version: 4) }
    }

    /// Computes the identifier of a name in a namespace (UUIDv5, RFC 9562 section 5.5). The same two always give the
    /// same identifier.
    public init(namespace: UUID, name: String) {
        var hash = Insecure.SHA1()
        withUnsafeBytes(of: namespace.uuid) { hash.update(bufferPointer: $0) }
        var name = name
        name.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        self.init(hash.finalize())
    }

    /// Computes the identifier of some bytes in a namespace, as for a name. Each part counts with its length, so parts
    /// that are divided differently give another identifier.
    public init(namespace: UUID, parts: [[UInt8]]) {
        var hash = Insecure.SHA1()
        withUnsafeBytes(of: namespace.uuid) { hash.update(bufferPointer: $0) }
        for part in parts {
            withUnsafeBytes(of: UInt64(part.count).bigEndian) { hash.update(bufferPointer: $0) }
            part.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        self.init(hash.finalize())
    }

    private init(_ digest: Insecure.SHA1Digest) {
        self = digest.withUnsafeBytes { Identifier($0, version: 5) }
    }

    /// Takes the first 16 bytes, and writes the version and the variant into them (RFC 9562, sections 4.1 and 4.2).
    private init(_ source: UnsafeRawBufferPointer, version: UInt8) {
        var bytes = uuid_t(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &bytes) { target in
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source.prefix(16)))
            target[6] = (target[6] & 0x0F) | version << 4
            target[8] = (target[8] & 0x3F) | 0x80
        }
        self.init(UUID(uuid: bytes))
    }

    /// Reads a UUID in its 36-character form, in upper or lower case. Returns nil for any other text.
    ///
    /// Foundation's own parser is not used: it accepts texts with spaces or missing digits and returns another UUID.
    public init?(text: String) {
        var bytes = uuid_t(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        var digits = 0
        let isWhole = withUnsafeMutableBytes(of: &bytes) { target in
            for (position, byte) in text.utf8.enumerated() {
                if position == 8 || position == 13 || position == 18 || position == 23 {
                    guard byte == UInt8(ascii: "-") else { return false }
                } else {
                    guard digits < 32, let value = Self.value(ofDigit: byte) else { return false }
                    target[digits / 2] = target[digits / 2] << 4 | value
                    digits += 1
                }
            }
            return digits == 32
        }
        guard isWhole else { return nil }
        self.init(UUID(uuid: bytes))
    }

    private static func value(ofDigit byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension Identifier: CustomStringConvertible {
    /// The 36 characters of the UUID, in lower case.
    public var description: String {
        withUnsafeBytes(of: uuid.uuid) { bytes in
            String(unsafeUninitializedCapacity: 36) { text in
                var position = 0
                for (index, byte) in bytes.enumerated() {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        text[position] = UInt8(ascii: "-")
                        position += 1
                    }
                    text[position] = Self.digit(byte >> 4)
                    text[position + 1] = Self.digit(byte & 0x0F)
                    position += 2
                }
                return position
            }
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

extension Identifier: Codable {
    /// Decodes the 36 characters. Throws `DecodingError` if they are not a UUID.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let identifier = Identifier(text: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "“\(text.prefix(64))” is not a UUID")
        }
        self = identifier
    }

    /// Encodes the 36 characters.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
