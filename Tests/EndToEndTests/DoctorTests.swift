import JSON
import TestServers
import Testing

extension EndToEnd {
    /// Is the installation right, as seen from this machine?
    @Suite struct DoctorTests {
        /// Runs the doctor with changed settings. Its exit code and `ok` always agree.
        private static func doctor(
            _ belfry: Installation, _ changes: [String: String] = [:]
        ) async throws -> (exit: Int32, checks: [JSONValue], all: Finished) {
            let callback = ["BELFRY_CALLBACK_BASE_URL": belfry.settings["BELFRY_CALLBACK_URL", default: ""]]
            let variables = belfry.settings.merging(callback) { $1 }.merging(changes) { $1 }
            let finished = try await Program.run(
                "\(Project.bin)/belfry", ["doctor", "--json"], environment: variables)
            let body = try JSONValue(parsing: Array(finished.output.utf8))
            #expect(finished.status == (body["ok"] == .bool(true) ? 0 : 1), "\(finished)")
            return (finished.status, body["checks"]?.array ?? [], finished)
        }

        private static func check(_ name: String, _ checks: [JSONValue]) throws -> (status: String, text: String) {
            let check = try #require(checks.first { $0["check"]?.string == name }, "no check \(name)")
            return (
                check["status"]?.string ?? "",
                "\(check["found"]?.string ?? "") -> \(check["next"]?.string ?? "")"
            )
        }

        /// Waits for stages that other tests have stopped.
        private static func untilWell(_ belfry: Installation) async throws -> [JSONValue] {
            try await until("the doctor finds nothing wrong") {
                let found = try await Self.doctor(belfry)
                return found.exit == 0 ? found.checks : nil
            }
        }

        @Test func `the doctor finds an installation that runs all right, and shows no secret`() async throws {
            let belfry = try await EndToEnd.installation()
            let checks = try await Self.untilWell(belfry)
            #expect(
                checks.compactMap { $0["check"]?.string } == [
                    "program", "settings", "broker", "broker version", "topology", "clock", "store", "signing keys",
                    "callback URL", "admin API", "time zones",
                ])
            for name in ["program", "settings", "broker", "topology", "clock", "signing keys"] {
                let check = try Self.check(name, checks)
                #expect(check.status == "ok", "\(name): \(check)")
            }
            #expect(try Self.check("broker version", checks).text.hasPrefix("RabbitMQ "))
            #expect(try Self.check("callback URL", checks).text.contains("only this machine reaches"))
            let text = try await belfry.belfry(["doctor"])
            #expect(text.status == 0 && text.output.hasPrefix("ok           program         belfry "), "\(text)")
            #expect(text.output.contains("not checked  callback URL"), "\(text)")
            let secrets = [
                try belfry.password(of: "belfry-operator"), belfry.settings["BELFRY_API_KEY", default: ""],
                String(belfry.settings["BELFRY_SIGNING_KEYS", default: ""].dropFirst("main:".count)),
            ]
            for secret in secrets { #expect(!secret.isEmpty && !text.output.contains(secret)) }
        }

        @Test(arguments: [
            ("@127.0.0.1", "x@127.0.0.1", "correct user name and password in BELFRY_AMQP_URL"),
            ("@127.0.0.1", "@belfry.invalid", "correct the host in BELFRY_AMQP_URL"),
            ("/ ", "/nowhere", "correct the virtual host at the end of BELFRY_AMQP_URL"),
            ("amqp:", "amqps:", "check that the port serves TLS"),
        ])
        func `the doctor tells apart why the broker lets nobody in`(
            part: String, wrong: String, advice: String
        ) async throws {
            let belfry = try await EndToEnd.installation()
            let url = try #require(belfry.settings["BELFRY_AMQP_URL"])
            let broken = part == "/ " ? url + wrong.dropFirst() : url.replacing(part, with: wrong)
            let found = try await Self.doctor(belfry, ["BELFRY_AMQP_URL": broken])
            let broker = try Self.check("broker", found.checks)
            #expect(found.exit == 1 && broker.status == "wrong" && broker.text.contains("-> \(advice)"), "\(broker)")
            #expect(try Self.check("topology", found.checks).status == "not checked")
            #expect(!found.all.output.contains(try belfry.password(of: "belfry-operator")))
        }

        @Test func `the doctor names a queue that is gone`() async throws {
            try await Installation.with("doctor", environment: [:]) { belfry in
                _ = try await Self.untilWell(belfry)
                try await belfry.controlBroker(["delete_queue", "belfry.deadletter.requests"])
                let found = try await Self.doctor(belfry)
                let topology = try Self.check("topology", found.checks)
                #expect(found.exit == 1 && topology.status == "wrong", "\(topology)")
                #expect(topology.text.hasPrefix("queue belfry.deadletter.requests is missing -> "), "\(topology)")
                #expect(topology.text.contains("belfry topology apply"), "\(topology)")
            }
        }

        @Test func `the doctor names a missing store, and creates none`() async throws {
            let belfry = try await EndToEnd.installation()
            let path = "\(belfry.home)/no-such-store.sqlite"
            let found = try await Self.doctor(belfry, ["BELFRY_STORE_URL": "sqlite:\(path)"])
            let store = try Self.check("store", found.checks)
            #expect(found.exit == 1 && store.status == "wrong", "\(store)")
            #expect(store.text.contains("\(path) can't be opened") && store.text.contains("correct BELFRY_STORE_URL"))
            let again = try await Self.doctor(belfry, ["BELFRY_STORE_URL": "sqlite:\(path)"])
            #expect(try Self.check("store", again.checks).text == store.text)
        }

        @Test func `the doctor names wrong settings, and checks what does not need them`() async throws {
            let belfry = try await EndToEnd.installation()
            let found = try await Self.doctor(
                belfry, ["BELFRY_SIGNING_KEYS": "main:c2hvcnQ=", "BELFRY_CALLBACK_BASE_URL": "http://127.0.0.1:1"])
            let settings = try Self.check("settings", found.checks)
            #expect(found.exit == 1 && settings.status == "wrong", "\(settings)")
            #expect(settings.text.contains("BELFRY_SIGNING_KEYS is invalid: the key of entry 1 has 5 bytes"))
            #expect(try Self.check("signing keys", found.checks).status == "not checked")
            let callback = try Self.check("callback URL", found.checks)
            #expect(callback.status == "wrong" && callback.text.contains("start ingesterd"), "\(callback)")
            #expect(try Self.check("broker", found.checks).status == "ok")
        }
    }
}
