import FoundationEssentials
import GRDB
import JobCore

/// Reads a row's columns one after the other, in the order in which the query names them.
struct ColumnReader {
    private let row: Row
    private var index = 0

    init(_ row: Row) {
        self.row = row
    }

    mutating func next<Value: DatabaseValueConvertible & StatementColumnConvertible>(
        _ type: Value.Type = Value.self
    ) throws -> Value {
        defer { index += 1 }
        return try row.decode(Value.self, atIndex: index)
    }

    mutating func instant() throws -> Instant {
        Instant(millisecondsSinceEpoch: try next())
    }

    mutating func instantIfAny() throws -> Instant? {
        try next(Int64?.self).map(Instant.init(millisecondsSinceEpoch:))
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
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: [], debugDescription: "\(code) is not a code of \(Value.self)"))
        }
        return value
    }

    mutating func codeIfAny<Value: ColumnCode>() throws -> Value? {
        guard row.hasNull(atIndex: index) else { return try code() }
        index += 1
        return nil
    }
}
