import FoundationEssentials
import GRDB
import Testing

@testable import SQLiteStore

@Suite struct `A bound statement` {
    private let database: DatabaseQueue

    init() throws {
        database = try DatabaseQueue()
        try database.write { try $0.execute(sql: "CREATE TABLE t (a, b, c, d, e CHECK (e IS NULL OR e > 0))") }
    }

    /// The values of the row that is written.
    private func insert(_ bind: (inout BoundStatement) -> Void) throws -> [DatabaseValue] {
        try database.write { database in
            var row = BoundStatement(try database.cachedStatement(sql: "INSERT INTO t VALUES (?, ?, ?, ?, ?)"))
            bind(&row)
            try row.execute()
            let written = try Row.fetchOne(database, sql: "SELECT * FROM t ORDER BY rowid DESC LIMIT 1")
            return written.map { Array($0.databaseValues) } ?? []
        }
    }

    @Test func `writes each kind of value as GRDB does`() throws {
        let uuid = UUID()
        let row = try insert { row in
            row.bind(Int64.min)
            row.bind("é")
            row.bind(uuid)
            row.bind(true)
        }
        #expect(
            row == [
                Int64.min.databaseValue, "é".databaseValue, uuid.databaseValue, true.databaseValue, .null,
            ])
    }

    @Test func `tells an empty text from none, and keeps no value of the row before`() throws {
        _ = try insert { row in
            for _ in 0..<4 { row.bind("before") }
        }
        let row = try insert { row in
            row.bind("")
            row.bind(String?.none)
            row.bind(Int64?.none)
            row.bind(UUID?.none)
        }
        #expect(row == ["".databaseValue, .null, .null, .null, .null])
    }

    @Test func `throws what SQLite says of the row, or of a value too many`() throws {
        #expect(throws: DatabaseError.self, "the check fails") {
            try insert { row in
                for number: Int64 in -4...0 { row.bind(number) }
            }
        }
        #expect(throws: DatabaseError.self, "there are five columns") {
            try insert { row in
                for number: Int64 in 1...6 { row.bind(number) }
            }
        }
        #expect(try insert { $0.bind(7) }.first == 7.databaseValue)
    }
}
