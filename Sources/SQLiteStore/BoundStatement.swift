import FoundationEssentials
import GRDB
import GRDBSQLite

/// A statement whose values are bound one after the other, in the order of its placeholders.
///
/// GRDB takes a list of values, which costs a row of many columns more than SQLite does. So the rows that are written
/// all the time are bound here, without a list.
///
///     var row = BoundStatement(statement)
///     row.bind(name)
///     row.bind(number)
///     try row.execute()
struct BoundStatement {
    private let statement: Statement
    private var index: CInt = 0
    private var code = SQLITE_OK

    /// `statement` keeps no value that was bound before.
    init(_ statement: Statement) {
        self.statement = statement
        statement.setUncheckedArguments(StatementArguments())
    }

    mutating func bind(_ number: Int64?) {
        guard let number else { return bindNull() }
        index += 1
        note(sqlite3_bind_int64(statement.sqliteStatement, index, number))
    }

    mutating func bind(_ flag: Bool) {
        bind(flag ? 1 : 0)
    }

    mutating func bind(_ text: String?) {
        guard var text else { return bindNull() }
        index += 1
        text.withUTF8 { utf8 in
            let raw = statement.sqliteStatement
            let start = UnsafeRawPointer(utf8.baseAddress)?.assumingMemoryBound(to: CChar.self)
            // Without a pointer SQLite would bind null.
            note(
                start.map { sqlite3_bind_text(raw, index, $0, CInt(utf8.count), Self.copied) }
                    ?? sqlite3_bind_text(raw, index, "", 0, Self.copied))
        }
    }

    /// Binds the 16 bytes.
    mutating func bind(_ uuid: UUID?) {
        guard let uuid else { return bindNull() }
        index += 1
        withUnsafeBytes(of: uuid.uuid) { bytes in
            note(
                sqlite3_bind_blob(
                    statement.sqliteStatement, index, bytes.baseAddress, CInt(bytes.count), Self.copied))
        }
    }

    /// Throws `DatabaseError` if a value could not be bound, for example because it is too large, or if SQLite refuses
    /// the row.
    func execute() throws {
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
        try statement.execute()
    }

    /// A placeholder that is not bound is null.
    private mutating func bindNull() {
        index += 1
    }

    private mutating func note(_ result: CInt) {
        if result != SQLITE_OK { code = result }
    }

    /// SQLite's `SQLITE_TRANSIENT`: it copies the value.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
