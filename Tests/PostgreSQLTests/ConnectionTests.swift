import FoundationEssentials
import TestServers
import Testing

@testable import PostgreSQL

@Suite struct `A connection to PostgreSQL` {
    /// The server of these tests. `Scripts/test` stops it.
    private static let server = Task { try await PrivatePostgres.start("postgres-library") }

    private static func pool() async throws -> PostgresPool {
        PostgresPool(try PostgresOptions(parsing: try await server.value.url, name: "test"), connectionsMax: 1)
    }

    @Test(arguments: ["", "a\u{0}b", "\u{0}", "\u{10FFFF}", "\u{10FFFF}0", "\u{10FFFF}0\u{0}1", "grüß 🐦\n", "é"])
    func `gives a text back as it was, whatever its characters`(text: String) async throws {
        let values = try await Self.pool().run(.single) { database in
            let rows = try database.rows(
                "SELECT $1::text, array_length($2::text[], 1), ($2::text[])[1], ($2::text[])[2]",
                [.text(text), .texts([text, nil])])
            return (
                try rows[0].value(0, as: String.self), try rows[0].value(1, as: Int.self),
                try rows[0].value(2, as: String.self), try rows[0].value(3, as: String?.self)
            )
        }
        #expect(Array(values.0.utf8) == Array(text.utf8))
        #expect(values.1 == 2)
        #expect(Array(values.2.utf8) == Array(text.utf8))
        #expect(values.3 == nil)
    }

    @Test func `gives every other value back as it was`() async throws {
        let uuid = UUID()
        try await Self.pool().run(.single) { database in
            let row = try database.rows(
                """
                SELECT $1::bigint, $2::uuid, $3::boolean, $4::bytea, ($5::bigint[])[2], ($6::uuid[])[1],
                    ($7::boolean[])[1], cardinality($8::bigint[]), $9::bigint, 7::smallint, -7::integer
                """,
                [
                    .integer(.min), .uuid(uuid), .flag(true), .bytes([0, 255]), .integers([1, -2]), .uuids([uuid]),
                    .flags([false]), .integers([]), .integer(nil),
                ])[0]
            #expect(try row.value(0) == Int64.min)
            #expect(try row.value(1) == uuid)
            #expect(try row.value(2) == true)
            #expect(row.byteCount(3) == 2)
            #expect(try row.value(4) == -2)
            #expect(try row.value(5) == uuid)
            #expect(try row.value(6) == false)
            #expect(try row.value(7) == 0)
            #expect(try row.value(8, as: Int64?.self) == nil)
            #expect(try row.value(9) == 7)
            #expect(try row.value(10) == -7)
            #expect(throws: PostgresColumnError.self) { try row.value(8, as: Int64.self) }
            #expect(throws: PostgresColumnError.self) { try row.value(0, as: Bool.self) }
        }
    }

    @Test func `rolls back what a failed statement was sent with, and serves the next call`() async throws {
        let pool = try await Self.pool()
        try await pool.run(.single) { try $0.define("CREATE TEMPORARY TABLE number (n bigint PRIMARY KEY)") }
        let error = await #expect(throws: PostgresError.self) {
            try await pool.run(.write) { database in
                database.enqueue("INSERT INTO number VALUES (1)")
                database.enqueue("INSERT INTO number VALUES (2)")
                database.enqueue("INSERT INTO number VALUES (1)")
                database.enqueue("INSERT INTO number VALUES (3)")
            }
        }
        #expect(error?.state == "23505")
        let count = try await pool.run(.single) { try $0.rows("SELECT count(*) FROM number")[0].value(0, as: Int.self) }
        #expect(count == 0)
    }

    @Test func `sends and takes many megabytes in one round trip`() async throws {
        let text = String(repeating: "0123456789", count: 800_000)
        let lengths = try await Self.pool().run(.single) { database in
            try database.rows(of: (0..<4).map { _ in ("SELECT $1::text", [.text(text)]) }).map { $0[0].byteCount(0) }
        }
        #expect(lengths == [8_000_000, 8_000_000, 8_000_000, 8_000_000])
    }

    @Test func `is left by a call that is cancelled, whose statement ends, and the next call connects again`()
        async throws
    {
        let pool = try await Self.pool()
        let pid = try await pool.run(.single) { try $0.rows("SELECT pg_backend_pid()")[0].value(0, as: Int64.self) }
        let call = Task { try await pool.run(.single) { _ = try $0.rows("SELECT pg_sleep(600)") } }
        let others = try await Self.pool()
        func isAsleep() async throws -> Bool {
            try await others.run(.single) { database in
                try database.rows(
                    "SELECT count(*) FROM pg_stat_activity WHERE pid = $1::bigint AND state = 'active'", [.integer(pid)]
                )[0]
                .value(0, as: Int.self) == 1
            }
        }
        _ = try await until("the statement runs") { try await isAsleep() ? true : nil }
        call.cancel()
        await #expect(throws: (any Error).self) { try await call.value }
        _ = try await until("the server has ended the statement") { try await isAsleep() ? nil : true }
        let next = try await pool.run(.single) { try $0.rows("SELECT pg_backend_pid()")[0].value(0, as: Int64.self) }
        #expect(next != pid)
    }

    @Test func `is made again by the next call after the server was killed`() async throws {
        let server = try await PrivatePostgres.start("postgres-killed")
        let pool = PostgresPool(try PostgresOptions(parsing: server.url, name: "test"), connectionsMax: 1)
        func ask() async throws -> Int { try await pool.run(.single) { try $0.rows("SELECT 1")[0].value(0) } }
        #expect(try await ask() == 1)
        try await server.kill()
        let error = await #expect(throws: PostgresError.self) { try await ask() }
        #expect(error?.state == nil && error?.endsConnection == true)
        try await server.restart()
        #expect(try await ask() == 1)
        try await server.stop()
    }

    @Test(
        arguments: [
            "postgres://belfry:secret@127.0.0.1", "postgres://belfry:secret@host:port/db", "mysql://u:secret@host/db",
            "postgres://belfry:secret@[::1/belfry",
            "postgres://belfry:%secret@host/db", "postgres://belfry:top@secret/db@host/belfry",
            "postgres://belfry:5432/secret@host/db",
            "postgres://belfry:secret@host/db?nonsense=secret", "postgres://%zz:secret@host/db",
        ])
    func `refuses a wrong URL, and repeats no password`(url: String) throws {
        let error = try #require(
            #expect(throws: PostgresURLError.self) { try PostgresOptions(parsing: url, name: "t") })
        #expect(!error.description.isEmpty && !error.description.contains("secret"))
    }

    @Test func `verifies the server's certificate unless the server is on this machine or the URL says otherwise`()
        throws
    {
        func parameters(_ url: String) throws -> [String: String] {
            try PostgresOptions(parsing: url, name: "t").parameters
        }
        #expect(try parameters("postgres://db-1.example.com/belfry")["sslmode"] == "verify-full")
        #expect(try parameters("postgres://127.0.0.1,db-2.example.com/belfry")["sslmode"] == "verify-full")
        #expect(try parameters("postgres://127.0.0.1/belfry")["sslmode"] == "prefer")
        #expect(try parameters("postgres:///belfry")["sslmode"] == "prefer")
        #expect(try parameters("postgres://db/belfry?sslmode=disable")["sslmode"] == "disable")
        #expect(try parameters("postgres://db/belfry?sslrootcert=/ca.pem")["sslrootcert"] == "/ca.pem")
        #expect(try parameters("postgres://a,b/belfry")["target_session_attrs"] == "read-write")
    }
}
