public import FoundationEssentials

/// A value for a placeholder of a statement. The server gets it in its binary form.
///
/// An array makes one statement of what would be many:
///
///     try database.execute(
///         "INSERT INTO tag (job, text) SELECT * FROM unnest($1, $2)", [.integers(jobs), .texts(texts)])
public enum PostgresValue: Sendable, Equatable {
    /// `bigint`
    case integer(Int64?)
    /// `text`
    case text(String?)
    /// `uuid`
    case uuid(UUID?)
    /// `boolean`
    case flag(Bool?)
    /// `bytea`
    case bytes([UInt8]?)
    /// `bigint[]`
    case integers([Int64?])
    /// `text[]`
    case texts([String?])
    /// `uuid[]`
    case uuids([UUID?])
    /// `boolean[]`
    case flags([Bool?])

    /// The number of the type in the server's catalogue (`pg_type.dat`).
    var type: UInt32 {
        switch self {
        case .flag: 16
        case .bytes: 17
        case .integer: 20
        case .text: 25
        case .uuid: 2950
        case .flags: 1000
        case .texts: 1009
        case .integers: 1016
        case .uuids: 2951
        }
    }

    /// Appends the value to `bytes`. False for null, which has no bytes.
    func encode(into bytes: inout [UInt8]) -> Bool {
        switch self {
        case .integer(let number): Self.encode(number, into: &bytes)
        case .text(let text): Self.encode(text, into: &bytes)
        case .uuid(let uuid): Self.encode(uuid, into: &bytes)
        case .flag(let flag): Self.encode(flag, into: &bytes)
        case .bytes(let value): Self.encode(value, into: &bytes)
        case .integers(let numbers): Self.encode(numbers, of: 20, into: &bytes) { Self.encode($0, into: &$1) }
        case .texts(let texts): Self.encode(texts, of: 25, into: &bytes) { Self.encode($0, into: &$1) }
        case .uuids(let uuids): Self.encode(uuids, of: 2950, into: &bytes) { Self.encode($0, into: &$1) }
        case .flags(let flags): Self.encode(flags, of: 16, into: &bytes) { Self.encode($0, into: &$1) }
        }
    }

    private static func encode(_ number: Int64?, into bytes: inout [UInt8]) -> Bool {
        guard let number else { return false }
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        return true
    }

    private static func encode(_ text: String?, into bytes: inout [UInt8]) -> Bool {
        guard let text else { return false }
        PostgresText.encode(text, into: &bytes)
        return true
    }

    private static func encode(_ uuid: UUID?, into bytes: inout [UInt8]) -> Bool {
        guard let uuid else { return false }
        withUnsafeBytes(of: uuid.uuid) { bytes.append(contentsOf: $0) }
        return true
    }

    private static func encode(_ value: [UInt8]?, into bytes: inout [UInt8]) -> Bool {
        guard let value else { return false }
        bytes += value
        return true
    }

    private static func encode(_ flag: Bool?, into bytes: inout [UInt8]) -> Bool {
        guard let flag else { return false }
        bytes.append(flag ? 1 : 0)
        return true
    }

    /// As `array_recv` of the server reads an array of one dimension: the dimensions, whether there may be nulls, the
    /// type, the length, the first index; then each element after its length, or -1 for null.
    private static func encode<Element>(
        _ elements: [Element?], of type: UInt32, into bytes: inout [UInt8],
        _ encode: (Element?, inout [UInt8]) -> Bool
    ) -> Bool {
        append(elements.isEmpty ? 0 : 1, to: &bytes)
        append(1, to: &bytes)
        append(Int32(bitPattern: type), to: &bytes)
        guard !elements.isEmpty else { return true }
        append(Int32(elements.count), to: &bytes)
        append(1, to: &bytes)
        for element in elements {
            let start = bytes.count
            append(-1, to: &bytes)
            guard encode(element, &bytes) else { continue }
            let length = Int32(bytes.count - start - 4)
            withUnsafeBytes(of: length.bigEndian) { bytes.replaceSubrange(start..<start + 4, with: $0) }
        }
        return true
    }

    private static func append(_ number: Int32, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
