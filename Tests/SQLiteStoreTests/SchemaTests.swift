import Foundation
import GRDB
import JobCore
import Store
import Testing

@testable import SQLiteStore

/// A store of an earlier release opens, and its rows mean what they meant.
@Suite struct SchemaTests {
    @Test func `a store of the first release is migrated: its runs get the trigger that the schedule text hid`()
        async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let queue = try DatabaseQueue(path: folder.file)
        try Schema.migrator.migrate(queue, upTo: "1: jobs, executions, keys")
        try await queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO job (seq, id, service, name, enabled, expression, time_zone, dst, since_ms, created_ms,
                        updated_ms, document) VALUES (1, x'00', 's', 'j', 1, 'rate(1 minute)', 'UTC', '', 0, 0, 0, '');
                    """)
            let rows = [("rate(1 minute)", false), ("run", false), ("run", true)]
            for (number, (schedule, isRetry)) in rows.enumerated() {
                try database.execute(
                    sql: """
                        INSERT INTO execution (id, job, occurrence_ms, created_ms, exclusive, schedule, status, ttl_s,
                            heartbeat_interval_s, ttl_deadline_ms, extended, attempt_due_ms, retry_of, deadline_ms)
                        VALUES (?, 1, 0, 0, 0, ?, 0, 60, 30, 60000, 0, 0, ?, 60000)
                        """, arguments: [Data([UInt8(number)]), schedule, isRetry ? Data([9]) : nil])
            }
        }
        try Schema.migrator.migrate(queue)
        let rows = try await queue.read { database in
            try Row.fetchAll(database, sql: "SELECT trigger_code, schedule FROM execution ORDER BY seq").map {
                (Trigger(code: $0["trigger_code"]), $0["schedule"] as String)
            }
        }
        #expect(rows.map(\.0) == [.schedule, .manual, .retry])
        #expect(rows.allSatisfy { $0.1 == "rate(1 minute)" })
    }
}
