import Foundation
import JSON
import TestServers
import Upgrades

/// This version's programs with the store, the signing keys and the messages of an earlier version.
struct EarlierInstallation {
    let fixture: Fixture
    let belfry: Installation
    let service: LedgerService
    /// The file `facts.json`.
    let facts: JSONValue
    /// The variables that let a program run at the time of the fixture.
    let clock: [String: String]

    private static let programs = [
        "tickerd.1", "dispatcherd.1", "courierd.1", "ingesterd.1", "reaperd.1", "consoled.1", "deadletterd.1",
    ]

    /// Upgrades: the broker and the store are those that the old programs left, and then the new programs start.
    static func start(_ fixture: Fixture) async throws -> EarlierInstallation {
        let service = try await LedgerService.start()
        let facts = try fixture.facts()
        let belfry = try await Installation.start("earlier") { home in
            for file in ["signing-keys", "api-key"] {
                try FileManager.default.copyItem(atPath: fixture.path(file), toPath: "\(home)/\(file)")
            }
        }
        let clock: [String: String]
        do {
            clock = try await Self.clock(of: facts, in: belfry.home)
            for program in programs { kill(belfry.pid(program), SIGTERM) }
            for program in programs {
                try await belfry.untilEnded(program)
            }
            // What they published of the present time must not reach those that run at the fixture's.
            try await belfry.controlBroker(["eval", "[rabbit_amqqueue:purge(Q) || Q <- rabbit_amqqueue:list()]."])
            for ending in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: belfry.storePath + ending)
            }
            try FileManager.default.copyItem(atPath: fixture.path("store.sqlite"), toPath: belfry.storePath)
            let port = String(service.url.split(separator: ":").last ?? "")
            try await python(["store", belfry.storePath, port])
            let broker = belfry.settings["BELFRY_AMQP_URL", default: ""]
            try await python(["publish", broker, fixture.path("messages.jsonl"), port])
            for program in programs { try await belfry.startProgram(program, environment: clock) }
            for program in programs {
                try await belfry.untilReady(program)
            }
        } catch {
            try? await belfry.stop()
            throw error
        }
        return EarlierInstallation(
            fixture: fixture, belfry: belfry, service: service, facts: facts, clock: clock)
    }

    /// The variables that let a program run four minutes after the fixture was made: a wait of ten minutes goes on.
    private static func clock(of facts: JSONValue, in folder: String) async throws -> [String: String] {
        guard let made = facts["made_ms"]?.integer else { throw TestFailure("facts.json has no made_ms") }
        let library = try await ProgramClocks.compile(in: folder)
        let offset = made / 1_000 + 240 - Int64(Date().timeIntervalSince1970)
        return ["LD_PRELOAD": library, "CLOCK_OFFSET_SECONDS": String(offset)]
    }

    private static func python(_ arguments: [String]) async throws {
        let python = try await Program.script("python").trimmingCharacters(in: .whitespacesAndNewlines)
        let finished = try await Program.run(python, [Fixture.publisher] + arguments)
        guard finished.status == 0 else { throw TestFailure(finished.errors) }
    }

    /// The id of the execution that `make.py` calls so.
    func id(_ name: String) throws -> String {
        guard let id = facts["left"]?[name]?.string else { throw TestFailure("facts.json has no “\(name)”") }
        return id
    }

    /// An execution as the API shows it.
    func execution(_ id: String) async throws -> JSONValue {
        try await belfry.api("GET", "/executions/\(id)").body
    }

    /// Waits until an execution has ended, and returns its status and reason: `fail:ttl`.
    func end(of id: String) async throws -> String {
        try await until("\(id) has ended") {
            let record = try await execution(id)
            guard record["finished_at_ms"]?.integer != nil, let status = record["status"]?.string else { return nil }
            return record["reason"]?.string.map { "\(status):\($0)" } ?? status
        }
    }

    /// Sends the callback that the service of the fixture owes, and returns the status of the answer.
    func callBack(_ id: String, _ body: String) async throws -> Int {
        guard let token = facts["tokens"]?[id]?.string else { throw TestFailure("no token of \(id)") }
        let url = belfry.settings["BELFRY_CALLBACK_URL", default: ""]
        return try await until("the callback endpoint works") {
            let answer = try await belfry.http("POST", "\(url)/callback/\(token)", body: body, headers: [:])
            return answer.status == 503 || answer.status == 0 ? nil : answer.status
        }
    }

    /// What the API of that version showed.
    func shown(_ list: String) throws -> [JSONValue] {
        let bytes = Array(try Data(contentsOf: URL(filePath: fixture.path("api.json"))))
        return try JSONValue(parsing: bytes, limits: .trusted)[list]?.array ?? []
    }
}
