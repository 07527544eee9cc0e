public import Foundation
public import JobCore
import PostgreSQL
public import Store

extension PostgresStore: RecorderStore {
    /// One statement. Recorders that are long gone are forgotten.
    public func noteActiveLines(
        _ count: Int, of recorder: UUID, at now: Instant, othersSince since: Instant
    ) async throws(StoreError) -> [Int] {
        try await write { database in
            database.enqueue("DELETE FROM recorder WHERE seen_ms < $1", [.instant(since.adding(seconds: -3_600))])
            database.enqueue(
                """
                INSERT INTO recorder (id, lines, seen_ms) VALUES ($1, $2, $3)
                ON CONFLICT (id) DO UPDATE SET lines = excluded.lines, seen_ms = excluded.seen_ms
                """, [.uuid(recorder), .integer(Int64(count)), .instant(now)])
            let rows = try database.rows(
                "SELECT lines FROM recorder WHERE id <> $1 AND seen_ms >= $2 ORDER BY id",
                [.uuid(recorder), .instant(since)])
            return try rows.map { row in
                let lines: Int64 = try row.value(0)
                return Int(lines)
            }
        }
    }
}
