import Foundation
import TestServers
import Testing

extension EndToEnd {
    /// A program that can't work ends at once and gives the reason; one whose store is unavailable waits instead
    /// (`OutageTests`).
    @Suite struct StartTests {
        private static let keys = [
            "BELFRY_SIGNING_KEYS": "main:\(Data(repeating: 7, count: 32).base64EncodedString())"
        ]

        @Test(arguments: [
            ("BELFRY_AMQP_URL", "http://x"), ("BELFRY_PREFIX", "a b"),
            ("BELFRY_LOG_LEVEL", "loud"), ("BELFRY_HEALTH_LISTEN", "here"),
            ("BELFRY_SIGNING_KEYS", "main:c2hvcnQ="),
            ("BELFRY_ALLOWED_NETWORKS", "10.0.0.0/99"),
            ("BELFRY_IN_FLIGHT", "many"),
            ("BELFRY_CALLBACK_BASE_URL", "ftp://x"),
            ("BELFRY_CALLBACK_LISTEN", "8081"),
        ])
        func `a program with a wrong setting exits with 1 and names the setting`(
            variable: String, value: String
        ) async throws {
            let finished = try await Program.run(
                "\(Project.bin)/courierd", environment: Self.keys.merging([variable: value]) { $1 })
            #expect(finished.status == 1 && !finished.wasKilled)
            #expect(finished.errors.contains(variable), "\(finished.errors)")
            #expect(!finished.errors.contains("c2hvcnQ"))
        }

        @Test(arguments: ["tickerd", "dispatcherd", "ingesterd", "reaperd", "consoled"])
        func `a program with a store URL of an unknown kind exits with an error that names the setting`(program: String)
            async throws
        {
            let finished = try await Program.run(
                "\(Project.bin)/\(program)",
                environment: Self.keys.merging(["BELFRY_STORE_URL": "mysql://u:hidden@x"]) { $1 })
            #expect(finished.status == 1 && !finished.wasKilled)
            #expect(finished.errors.contains("BELFRY_STORE_URL") && finished.errors.contains("sqlite:PATH"))
            #expect(!finished.errors.contains("hidden"))
        }

        @Test func `a program that signs exits with an error if there are no signing keys`() async throws {
            let finished = try await Program.run("\(Project.bin)/courierd", environment: ["BELFRY_SIGNING_KEYS": ""])
            #expect(finished.status == 1 && finished.errors.contains("BELFRY_SIGNING_KEYS"))
        }

        @Test func `a program with several wrong settings reports each on a line of its own`() async throws {
            let finished = try await Program.run(
                "\(Project.bin)/courierd",
                environment: ["BELFRY_IN_FLIGHT": "0", "BELFRY_LOG_FORMAT": "loud", "BELFRY_PREFIX": "a b"])
            let lines = finished.errors.split(separator: "\n")
            #expect(finished.status == 1 && lines.count == 4, "\(finished.errors)")
            #expect(lines.allSatisfy { $0.hasPrefix("courierd: --") || $0.hasPrefix("courierd: BELFRY_SIGNING_KEYS ") })
        }

        @Test func `a program exits with 64 for an unknown flag and with 0 for --help`() async throws {
            let wrong = try await Program.run("\(Project.bin)/tickerd", ["--in-flight", "7"])
            #expect(wrong.status == 64 && wrong.errors.contains("--in-flight"))
            let help = try await Program.run("\(Project.bin)/tickerd", ["--help"])
            #expect(help.status == 0 && help.output.contains("BELFRY_STORE_URL"))
        }

        @Test(arguments: [
            ("tickerd", "BELFRY_HEALTH_LISTEN"), ("consoled", "BELFRY_API_LISTEN"),
            ("ingesterd", "BELFRY_CALLBACK_LISTEN"), ("courierd", "BELFRY_HEALTH_LISTEN"),
        ])
        func `a program whose port is in use exits with 1, and says so in one line with what to do`(
            program: String, variable: String
        ) async throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "belfry-\(UUID().uuidString)").path
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let other = try await LedgerService.start()
            let address = String(other.url.dropFirst("http://".count))
            let finished = try await Program.run(
                "\(Project.bin)/\(program)",
                environment: Self.keys.merging([
                    "BELFRY_STORE_URL": "sqlite:\(folder)/belfry.sqlite", "BELFRY_AMQP_URL": "amqp://127.0.0.1:1/",
                    "BELFRY_LOG_LEVEL": "error", variable: address,
                ]) { $1 })
            #expect(finished.status == 1 && !finished.wasKilled)
            #expect(
                finished.errors == "\(program): can't listen on \(address): another program uses the port; "
                    + "stop it, or choose another port\n")
        }

        @Test(arguments: [
            ("10.255.255.1:8080", "this machine does not have that address"), ("no.invalid:80", "its host is unknown"),
        ])
        func `a program with an address that is not this machine's exits with 1 and says so`(
            address: String, text: String
        ) async throws {
            let finished = try await Program.run(
                "\(Project.bin)/courierd",
                environment: Self.keys.merging(["BELFRY_HEALTH_LISTEN": address, "BELFRY_LOG_LEVEL": "error"]) { $1 })
            #expect(finished.status == 1 && finished.errors.contains("can't listen on \(address): \(text)"))
        }

        @Test func `a program whose secret file is missing exits with 1 and names the file`() async throws {
            let finished = try await Program.run(
                "\(Project.bin)/courierd", environment: ["BELFRY_SIGNING_KEYS_FILE": "/run/secrets/none"])
            #expect(finished.status == 1 && !finished.wasKilled)
            #expect(
                finished.errors == "courierd: BELFRY_SIGNING_KEYS_FILE names /run/secrets/none, which can't be read "
                    + "(No such file or directory): create it, or name the right path\n")
        }

        @Test(arguments: ["tickerd", "dispatcherd", "ingesterd", "reaperd", "consoled"])
        func `a program whose store is not a Belfry store exits with 1 and says so`(
            program: String
        ) async throws {
            let path = FileManager.default.temporaryDirectory.appending(path: "belfry-\(UUID().uuidString).sqlite").path
            defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
            try ForeignDatabase.create(path: path)
            let finished = try await Program.run(
                "\(Project.bin)/\(program)",
                environment: Self.keys.merging([
                    "BELFRY_STORE_URL": "sqlite:\(path)", "BELFRY_API_LISTEN": "127.0.0.1:0",
                    "BELFRY_CALLBACK_LISTEN": "127.0.0.1:0",
                ]) { $1 })
            #expect(finished.status == 1 && !finished.wasKilled)
            #expect(finished.errors.contains("is not a Belfry store"), "\(finished.errors)")
        }

        @Test(arguments: ["tickerd", "dispatcherd", "ingesterd", "reaperd", "consoled"])
        func `a program whose store is of a newer Belfry exits with 1, and says in one line what to do`(
            program: String
        ) async throws {
            let path = FileManager.default.temporaryDirectory.appending(path: "belfry-\(UUID().uuidString).sqlite").path
            defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
            let variables = Self.keys.merging([
                "BELFRY_STORE_URL": "sqlite:\(path)", "BELFRY_API_LISTEN": "127.0.0.1:0",
                "BELFRY_CALLBACK_LISTEN": "127.0.0.1:0", "BELFRY_AMQP_URL": "amqp://127.0.0.1:1/",
                "BELFRY_LOG_LEVEL": "error",
            ]) { $1 }
            _ = try await Program.run("\(Project.bin)/belfry", ["keys", "create", "one"], environment: variables)
            try ForeignDatabase.renew(store: path)
            let finished = try await Program.run("\(Project.bin)/\(program)", environment: variables)
            #expect(finished.status == 1 && !finished.wasKilled)
            #expect(finished.errors.split(separator: "\n").count == 1, "\(finished.errors)")
            #expect(finished.errors.contains("was written by a newer Belfry (schema 99,"))
            #expect(finished.errors.hasSuffix(": upgrade this program\n"))
        }

        @Test func `a program whose broker lacks the topology waits, and says what to run`() async throws {
            let belfry = try await EndToEnd.installation()
            _ = try await belfry.controlBroker(["add_vhost", "empty"])
            _ = try await belfry.controlBroker(
                ["set_permissions", "--vhost", "empty", "belfry-dispatcherd", ".*", ".*", ".*"])
            let settings = [
                "BELFRY_AMQP_URL": try belfry.setting("BELFRY_AMQP_URL", of: "dispatcherd.1") + "empty",
                "BELFRY_HEALTH_LISTEN": "127.0.0.1:\(try Project.freePort())",
            ]
            try await belfry.with("dispatcherd.2", like: "dispatcherd.1", settings: settings) {
                _ = try await until("the advice in the log", withinSeconds: 20) {
                    (try? belfry.log("dispatcherd.2"))?.contains("`belfry topology apply`") == true ? true : nil
                }
                #expect(belfry.isAlive("dispatcherd.2"))
                #expect(try await belfry.readiness("dispatcherd.2").status == 503)
            }
            _ = try await belfry.controlBroker(["delete_vhost", "empty"])
        }
    }
}
