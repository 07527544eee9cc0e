internal import FoundationEssentials
internal import GRDB
internal import JobCore

// How values of the rules are written in columns. A code that was ever released keeps its meaning.

extension ExecutionStatus {
    var code: Int64 {
        switch self {
        case .pending: 0
        case .invoked: 1
        case .processing: 2
        case .success: 3
        case .fail: 4
        }
    }

    init?(code: Int64) {
        guard let status = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = status
    }
}

extension FailureReason {
    var code: Int64 {
        switch self {
        case .reported: 0
        case .invocation: 1
        case .heartbeat: 2
        case .ttl: 3
        case .locked: 4
        case .missed: 5
        case .cancelled: 6
        }
    }

    init?(code: Int64) {
        guard let reason = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = reason
    }
}

extension Instant {
    var databaseValue: DatabaseValue { millisecondsSinceEpoch.databaseValue }
}

extension Identifier {
    var databaseValue: DatabaseValue { uuid.databaseValue }
}

/// Takes a row's columns one after the other, in the order in which the query names them.
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

    /// A code's meaning. Throws when there is none, which only a damaged file can hold.
    mutating func decoded<Meaning>(_ meaning: (Int64) -> Meaning?) throws -> Meaning {
        let code = try next(Int64.self)
        guard let value = meaning(code) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "\(code) is no code of \(Meaning.self)")
        }
        return value
    }

    /// Like `decoded`, for a column that may be null.
    mutating func decodedIfAny<Meaning>(_ meaning: (Int64) -> Meaning?) throws -> Meaning? {
        guard row.hasNull(atIndex: index) else { return try decoded(meaning) }
        index += 1
        return nil
    }
}
