import GRDB
import InMemoryLogging
import JobCore
import Logging
import Store
import Testing

@testable import SQLiteStore

/// What only this store does with pauses.
@Suite struct `The table of pauses` {
    private static let now = Instant(secondsSinceEpoch: 1_900_000_000)
    private static let author = ChangeAuthor(name: "ops")

    private func withStore(_ body: (SQLiteStore, TemporaryFolder) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await body(try folder.store(), folder)
    }

    private static func pause(
        _ subject: JobPause.Subject, in store: SQLiteStore, at now: Instant = now, until: Instant? = nil
    ) async throws -> JobPause? {
        try await store.pause(subject, note: nil, until: until, by: author, now: now)?.pause
    }

    @Test func `takes no more pauses than the limit, and those that are over count no more`() async throws {
        try await withStore { store, _ in
            let end = Self.now.adding(seconds: 10)
            try await store.write { database in
                try database.execute(
                    sql: """
                        WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
                        INSERT INTO pause (tag, begun_ms, until_ms, actor)
                            SELECT 't' || n, ?, CASE n WHEN 7 THEN ? END, 'ops' FROM number
                        """,
                    arguments: [JobPause.inForceMax, Self.now.databaseValue, end.databaseValue])
            }
            #expect(try await Self.pause(.tag("more"), in: store) == nil)
            #expect(try await Self.pause(.tag("t1"), in: store) != nil, "what is paused may be paused again")
            #expect(try await store.pauses(inForceAt: Self.now).count == JobPause.inForceMax)
            #expect(try await Self.pause(.tag("more"), in: store, at: end) != nil)
        }
    }

    /// The dispatcher asks for every few due events.
    @Test func `is not scanned for the pauses of a range, nor for those to remove`() async throws {
        try await withStore { store, _ in
            let plans = try await store.read { database in
                try [PauseRow.selectCovering, PauseRow.selectOver].flatMap { sql in
                    try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + sql, arguments: [1, 2]).map {
                        $0["detail"] as String
                    }
                }
            }
            #expect(plans.contains { $0.contains("INDEX pause_not_ended (begun_ms<?)") }, "\(plans)")
            #expect(plans.contains { $0.contains("INDEX pause_ended (ended_ms>?)") }, "\(plans)")
            #expect(plans.contains { $0.contains("INDEX pause_ended (ended_ms<?)") }, "\(plans)")
            // Only the pauses that nobody has ended, which are limited.
            #expect(plans.allSatisfy { !$0.hasPrefix("SCAN") || $0.contains("INDEX pause_not_ended") }, "\(plans)")
        }
    }

    @Test func `leaves out a pause that can't be read, and names it in the log`() async throws {
        try await withStore { store, folder in
            for tag in ["good", "bad"] { _ = try await Self.pause(.tag(tag), in: store) }
            try await store.write { try $0.execute(sql: "UPDATE pause SET begun_ms = -1 WHERE tag = 'bad'") }
            #expect(try await store.pauses(inForceAt: Self.now).map(\.subject) == [.tag("good")])
            let errors = folder.log.entries.compactMap { $0.metadata["error"]?.description }
            #expect(errors.contains { $0.hasPrefix("the pause of the tag “bad” can't be read") }, "\(errors)")
        }
    }
}
