import Commands
import Foundation
import JSON
import JobCore
import Logging
import Store
import StoreAccess
import TestServers
import Testing

@Suite struct `The command store` {
    private let files: TemporaryFiles
    private var path: String { "\(files.path)/belfry.sqlite" }

    init() throws {
        files = try TemporaryFiles()
    }

    private func belfry(_ arguments: String...) async throws -> Finished {
        try await Program.run(
            "\(Project.bin)/belfry", arguments, environment: ["BELFRY_STORE_URL": "sqlite:\(path)"])
    }

    private func open() async throws -> any CompleteStore {
        try await StoreURL(parsing: "sqlite:\(path)").open(
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func `backs the store up, checks it and restores it`() async throws {
        _ = try await belfry("keys", "create", "one")
        let backup = "\(files.path)/backup.sqlite"
        let made = try await belfry("store", "backup", backup)
        #expect(made.status == 0 && made.output.hasPrefix("\(backup): "), "\(made)")
        #expect(made.output.hasSuffix("0 jobs, 0 executions, no damage found\n"))
        _ = try await belfry("keys", "create", "two")
        let checked = try await belfry("store", "check")
        #expect(checked.status == 0 && checked.output.contains("none found"), "\(checked)")
        let restored = try await belfry("store", "restore", backup)
        #expect(restored.status == 0 && restored.output.contains("the former store is \(path).before-"), "\(restored)")
        let keys = try await belfry("keys", "list", "--json")
        #expect(keys.output.contains(#""one""#) && !keys.output.contains(#""two""#))
    }

    @Test func `shows what it found to programs, too`() async throws {
        _ = try await belfry("keys", "create", "one")
        let checked = try await belfry("store", "check", "--json")
        let value = try JSONValue(parsing: Array(checked.output.utf8))
        #expect(checked.status == 0 && value["usable"] == .bool(true) && value["damage"] == .array([]))
        #expect(value["schema"] == value["known_schema"] && value["executions"] == .integer(0))
    }

    @Test func `restores nothing while a program has the store open, and names it`() async throws {
        let store = try await open()
        let backup = "\(files.path)/backup.sqlite"
        #expect(try await belfry("store", "backup", backup).status == 0)
        let refused = try await belfry("store", "restore", backup)
        let own = ProcessInfo.processInfo.processIdentifier
        #expect(refused.status == 1)
        #expect(refused.errors == "belfry: \(path) is in use by the process \(own): stop all daemons first\n")
        _ = try await store.schedules(changedSince: nil).revision
    }

    @Test func `says what is wrong with a store that is missing or not one, and exits with 1`() async throws {
        let missing = try await belfry("store", "check")
        #expect(missing.status == 1 && missing.errors.contains("\(path) can't be opened: No such file"), "\(missing)")
        try files.write(Array(repeating: 7, count: 5_000), to: "belfry.sqlite")
        let foreign = try await belfry("store", "check")
        #expect(foreign.status == 1 && foreign.errors.contains("is not a Belfry store"), "\(foreign)")
    }

    @Test(
        arguments: [
            (10, "10, the one of this program", true),
            (8, "8, belfry store migrate, or the first daemon that starts, brings it to 10", true),
            (11, "11, newer than 10, which this program knows: upgrade this program", false),
        ] as [(Int, String, Bool)])
    func `tells what becomes of the schema that it found`(version: Int, text: String, isUsable: Bool) {
        let inspection = StoreInspection(
            schemaVersion: version, knownSchemaVersion: 10, bytes: 12_300_000, freeBytes: 5_000_000_000, jobCount: 4,
            executionCount: 120, openExecutionCount: 3, newestOccurrence: Instant(rfc3339: "2026-01-31T08:00:00Z"),
            damage: ["page 7 is never used"])
        let rows = StoreSheet(inspection).rows
        #expect(
            rows == [
                ["schema", text], ["size", "12.3 MB, and 5 GB are free"], ["jobs", "4"],
                ["executions", "120, of which 3 have not ended"], ["newest occurrence", "2026-01-31T08:00:00Z"],
                ["damage", "page 7 is never used"],
            ])
        #expect(StoreSheet(inspection).summary.hasSuffix("4 jobs, 120 executions, damaged"))
        var whole = inspection
        whole.damage = []
        #expect(whole.isUsable == isUsable && !inspection.isUsable)
    }
}

@Suite struct `The command keys create` {
    private let files: TemporaryFiles

    init() throws {
        files = try TemporaryFiles()
    }

    private func create(_ name: String, scope: String = "admin", key: String) async throws -> Finished {
        try await Program.run(
            "\(Project.bin)/belfry", ["keys", "create", name, "--given", "--scope", scope],
            environment: ["BELFRY_STORE_URL": "sqlite:\(files.path)/belfry.sqlite", "BELFRY_API_KEY": key])
    }

    @Test func `takes a given key, prints nothing, and is done if it is there already`() async throws {
        let key = "belfry_" + String(repeating: "k", count: 43)
        for _ in 0..<2 {
            let made = try await create("ours", key: key)
            #expect(made.status == 0 && made.output.isEmpty, "\(made)")
        }
        let other = try await create("ours", key: "belfry_" + String(repeating: "x", count: 43))
        #expect(other.status == 1 && other.errors.contains("a key named “ours” exists already"))
        let renamed = try await create("theirs", key: key)
        #expect(renamed.status == 1 && renamed.errors.contains("it is “ours” with the scope admin"), "\(renamed)")
        let wider = try await create("ours", scope: "read", key: key)
        #expect(wider.status == 1 && wider.errors.contains("it is “ours” with the scope admin"))
    }

    @Test(arguments: ["", "secret", "belfry_short", "belfry_" + String(repeating: "k", count: 44)])
    func `refuses a given key that is easy to guess, and does not show it`(key: String) async throws {
        let made = try await create("ours", key: key)
        #expect(made.status == 2 && made.errors.contains("BELFRY_API_KEY is invalid: it is not “belfry_” and"))
        #expect(key.isEmpty || !made.errors.contains("\(key)\n"))
    }
}
