import CPostgreSQL
public import FoundationEssentials

/// The rows that a query has answered, in the server's binary form.
public final class PostgresRows {
    private let result: OpaquePointer
    public let count: Int
    /// The rows that the statement has changed or answered.
    let changedCount: Int

    /// What the server calls the statement, such as `COMMIT`.
    var command: String { PQcmdStatus(result).map { String(cString: $0) } ?? "" }

    /// Takes the result, and frees it.
    init(_ result: OpaquePointer) {
        self.result = result
        count = Int(PQntuples(result))
        changedCount = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
    }

    deinit { PQclear(result) }

    public subscript(_ row: Int) -> PostgresRow { PostgresRow(rows: self, number: row) }

    public var first: PostgresRow? { count > 0 ? self[0] : nil }

    /// The bytes of a column; nil for null. They are valid as long as this object.
    fileprivate func bytes(_ row: Int, _ column: Int) -> UnsafeBufferPointer<UInt8>? {
        let (row, column) = (CInt(row), CInt(column))
        guard PQgetisnull(result, row, column) == 0, let value = PQgetvalue(result, row, column) else { return nil }
        let length = Int(PQgetlength(result, row, column))
        return UnsafeRawBufferPointer(start: value, count: length).assumingMemoryBound(to: UInt8.self)
    }
}

extension PostgresRows: Sequence {
    /// The rows in the order of the answer.
    public func makeIterator() -> AnyIterator<PostgresRow> {
        var next = 0
        return AnyIterator {
            guard next < self.count else { return nil }
            defer { next += 1 }
            return self[next]
        }
    }
}

/// A row of an answer. Its columns are asked for by their places, from 0.
public struct PostgresRow {
    fileprivate let rows: PostgresRows
    fileprivate let number: Int

    /// Throws `PostgresColumnError` when the column has another type, or null where a value is asked for.
    public func value<Value: PostgresColumn>(_ column: Int, as type: Value.Type = Value.self) throws -> Value {
        guard let bytes = rows.bytes(number, column) else { return try Value.null() }
        return try Value(postgres: bytes)
    }

    /// The number of bytes of a column, 0 for null.
    public func byteCount(_ column: Int) -> Int { rows.bytes(number, column)?.count ?? 0 }
}

/// A column does not hold what is asked for.
public struct PostgresColumnError: Error, CustomStringConvertible {
    public let description: String
}

/// A type that a column is read as.
public protocol PostgresColumn {
    /// Reads the server's binary form. Throws `PostgresColumnError` for that of another type.
    init(postgres bytes: UnsafeBufferPointer<UInt8>) throws
    /// The value for null. Throws if there is none.
    static func null() throws -> Self
}

extension PostgresColumn {
    /// Throws `PostgresColumnError`: there is no value.
    public static func null() throws -> Self { throw PostgresColumnError(description: "the column is empty") }
}

extension Int64: PostgresColumn {
    /// Reads `bigint`, `integer` and `smallint`. Throws `PostgresColumnError` for another type.
    public init(postgres bytes: UnsafeBufferPointer<UInt8>) throws {
        guard [2, 4, 8].contains(bytes.count) else { throw PostgresColumnError(description: "it is not a number") }
        let unsigned = bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        let shift = UInt64(64 - 8 * bytes.count)
        self = Int64(bitPattern: unsigned << shift) >> Int64(shift)
    }
}

extension Int: PostgresColumn {
    /// As `Int64`. Throws `PostgresColumnError` for another type.
    public init(postgres bytes: UnsafeBufferPointer<UInt8>) throws { self = Int(try Int64(postgres: bytes)) }
}

extension Bool: PostgresColumn {
    /// Reads `boolean`. Throws `PostgresColumnError` for another type.
    public init(postgres bytes: UnsafeBufferPointer<UInt8>) throws {
        guard bytes.count == 1 else { throw PostgresColumnError(description: "it is not true or false") }
        self = bytes[0] != 0
    }
}

extension String: PostgresColumn {
    /// Reads `text`, as `PostgresValue.text` has written it.
    public init(postgres bytes: UnsafeBufferPointer<UInt8>) { self = PostgresText.decode(bytes) }
}

extension UUID: PostgresColumn {
    /// Reads `uuid`. Throws `PostgresColumnError` for another type.
    public init(postgres bytes: UnsafeBufferPointer<UInt8>) throws {
        guard bytes.count == 16 else { throw PostgresColumnError(description: "it is not a UUID") }
        self.init(uuid: UnsafeRawBufferPointer(bytes).loadUnaligned(as: uuid_t.self))
    }
}

extension Optional: PostgresColumn where Wrapped: PostgresColumn {
    /// Reads what is not null. Throws as the type of the value does.
    public init(postgres bytes: UnsafeBufferPointer<UInt8>) throws { self = try Wrapped(postgres: bytes) }
    /// Nil.
    public static func null() -> Wrapped? { nil }
}
