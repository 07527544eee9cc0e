import FoundationEssentials
import GRDB
import JobCore
import StoreRows

/// Reads a row's columns one after the other, in the order in which the query names them.
struct ColumnReader {
    private let row: Row
    private var index: Int

    init(_ row: Row, from first: Int = 0) {
        self.row = row
        index = first
    }

    mutating func next<Value: DatabaseValueConvertible & StatementColumnConvertible>(
        _ type: Value.Type = Value.self
    ) throws -> Value {
        defer { index += 1 }
        return try row.decode(Value.self, atIndex: index)
    }

    mutating func instant() throws -> Instant {
        try Self.instant(try next())
    }

    /// The instant of many rows together: one of them that can't be read must not cost the others.
    mutating func nearestInstant() throws -> Instant {
        let instant = Instant(millisecondsSinceEpoch: try next())
        return min(max(instant, Instant.recordable.lowerBound), Instant.recordable.upperBound)
    }

    mutating func instantIfAny() throws -> Instant? {
        try next(Int64?.self).map(Self.instant)
    }

    /// A ttl or an interval. Like an instant it is bounded, because the two are added.
    mutating func seconds() throws -> Int64 {
        let seconds = try next(Int64.self)
        guard (0...Limits.ttlSecondsMax).contains(seconds) else { throw Self.corrupted("\(seconds) s is no duration") }
        return seconds
    }

    mutating func identifier<Subject>() throws -> Identifier<Subject> {
        Identifier(try next(UUID.self))
    }

    mutating func identifierIfAny<Subject>() throws -> Identifier<Subject>? {
        try next(UUID?.self).map(Identifier.init)
    }

    mutating func code<Value: ColumnCode>() throws -> Value {
        let code = try next(Int64.self)
        guard let value = Value(code: code) else {
            throw Self.corrupted("\(code) is not a code of \(Value.self)")
        }
        return value
    }

    mutating func codeIfAny<Value: ColumnCode>() throws -> Value? {
        guard row.hasNull(atIndex: index) else { return try code() }
        index += 1
        return nil
    }

    private static func instant(_ milliseconds: Int64) throws -> Instant {
        guard let instant = Instant(readable: milliseconds) else {
            throw corrupted("\(milliseconds) ms is not between the years 1970 and 9999")
        }
        return instant
    }

    private static func corrupted(_ reason: String) -> DecodingError {
        .dataCorrupted(DecodingError.Context(codingPath: [], debugDescription: reason))
    }
}
