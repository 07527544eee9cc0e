import JobCore
import PostgreSQL
import Store
import StoreRows

/// The row of an audit entry: how it is written, and how it is read.
enum AuditRow {
    static let select = "SELECT seq, at_ms, actor, request_id, action, service, job, subject, before, after FROM audit "

    /// Every change calls this in its own transaction.
    static func insert(_ entry: AuditEntry, into database: PostgresDatabase) {
        database.enqueue(
            """
            INSERT INTO audit (at_ms, actor, request_id, action, service, job, subject, before, after)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            [
                .instant(entry.at), .text(entry.author.name), .text(entry.author.requestID),
                .text(entry.action.rawValue), .text(entry.service), .text(entry.job), .text(entry.subject),
                .text(entry.before), .text(entry.after),
            ])
    }

    /// Throws `UnreadableRow`, with the entry's number.
    static func read(_ row: PostgresRow) throws -> AuditEntry {
        let number: Int64 = try row.value(0)
        return try UnreadableRow.naming(.audit, "the audit entry \(number)") {
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
