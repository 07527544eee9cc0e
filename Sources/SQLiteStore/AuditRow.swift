import GRDB
import JobCore
import Store
import StoreRows

/// The row of an audit entry: how it is written, and how it is read.
enum AuditRow {
    static let select = "SELECT seq, at_ms, actor, request_id, action, service, job, subject, before, after FROM audit "

    /// Every change calls this in its own transaction.
    static func insert(_ entry: AuditEntry, into database: Database) throws {
        try database.cachedStatement(
            sql: """
                INSERT INTO audit (at_ms, actor, request_id, action, service, job, subject, before, after)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            entry.at.databaseValue, entry.author.name, entry.author.requestID, entry.action.rawValue, entry.service,
            entry.job, entry.subject, entry.before, entry.after,
        ])
    }

    static func read(_ row: Row) throws(UnreadableRow) -> AuditEntry {
        try UnreadableRow.naming(.audit, "the audit entry \(row[0] as Int64)") {
            var column = ColumnReader(row, from: 1)
            let at = try column.instant()
            let author = ChangeAuthor(name: try column.next(), requestID: try column.next())
            let name: String = try column.next()
            guard let action = AuditAction(rawValue: name) else {
                throw DecodingError.dataCorrupted(
                    DecodingError.Context(codingPath: [], debugDescription: "“\(name)” is not an action"))
            }
            return AuditEntry(
                action, by: author, at: at, service: try column.next(), job: try column.next(),
                subject: try column.next(), before: try column.next(), after: try column.next())
        }
    }
}
