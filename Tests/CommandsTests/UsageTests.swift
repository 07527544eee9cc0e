import Foundation
import JSON
import JobCore
import Logging
import Store
import StoreAccess
import TestServers
import Testing

/// The real program: what is wrong usage, and what it prints.
@Suite struct `The command line` {
    private static let id = "4a01965e-53f8-5e10-91d0-3f4a7e34dd21"

    @Test(arguments: [
        ["cancel", "x"], ["cancel", ""], ["cancel", "billing/a"], ["cancel", "\(id)0"], ["cancel"],
        ["executions", "x"], ["executions", ""], ["executions", "a/b/c"], ["executions", "a b/c"],
        ["executions", "--status", "done"], ["executions", "--status", ""], ["executions", "--limit", "0"],
        ["executions", "--limit", "101"], ["executions", "--limit", "-1"], ["executions", "--limit", "x"],
        ["jobs", "show", "x"], ["jobs", "show", "/x"], ["jobs", "show", "a/"], ["jobs", "show", "a b/c"],
        ["jobs", "show", "a/\u{202E}"], ["jobs", "show", ""], ["jobs", "show", id], ["jobs", "delete", "a"],
        ["jobs", "delete", "a/b c"], ["jobs", "list", "--service", ""], ["jobs", "list", "--service", "a/b"],
        ["jobs", "pause"], ["jobs", "pause", "a"], ["jobs", "pause", "a/b", "--tag", "x"],
        ["jobs", "pause", "--tag", "x", "--service", "y"], ["jobs", "pause", "--tag", ""],
        ["jobs", "pause", "--service", "a/b"], ["jobs", "pause", "a/b", "--until", "tomorrow"],
        ["jobs", "pause", "a/b", "--for", "0"], ["jobs", "pause", "a/b", "--for", "2w"],
        ["jobs", "pause", "a/b", "--until", "2199-01-31T08:00:00Z", "--for", "1h"], ["jobs", "resume"],
        ["jobs", "resume", "a/b", "--service", "c"], ["jobs", "pauses", "--service", "a/b"], ["jobs", "pauses", "x"],
        ["jobs", "apply"], ["jobs", "apply", "-f", ""], ["jobs", "apply", "-f", "-", "-f", "-"],
        ["jobs", "apply", "-f", "-", "--owner", ""], ["jobs", "apply", "-f", "-", "--owner", "a b"],
        ["jobs", "apply", "-f", "-", "--take-over"], ["jobs", "export", "-o", ""], ["jobs", "export", "--tag", ""],
        ["jobs", "export", "-o", "x", "--json"], ["jobs", "export", "--owner", "a/b"],
        ["run", "a"], ["run", "a/b/c"], ["follow", "--timeout-seconds", "-1"], ["follow", "--timeout-seconds", "0"],
        ["follow", "--expect", "a/b"], ["follow", "--expect", "a=success"], ["follow", "--expect", "a/b=done"],
        ["follow", "--expect", "a/b=fail:because"], ["follow", "--expect", "a/b=fail"], ["follow", "--expect", ""],
        ["keys", "create", ""], ["keys", "create", "a b"], ["keys", "create", "é"], ["keys", "create", "a\u{1B}"],
        ["keys", "create", "a", "--scope", "root"], ["keys", "create", "a", "--scope", ""],
        ["keys", "create", "a", "--scope", "service:"], ["keys", "create", "a", "--scope", "service:a b"],
        ["keys", "remove", ""], ["secrets", "show", ""], ["secrets", "show", "a/b"],
        ["secrets", "rotate", ""], ["secrets", "rotate", "a", "--overlap", "31d"], ["keys", "webhook-secret", "a/b"],
        ["topology", "print", "--passwords", ""], ["topology", "print", "--administrator", ""],
        ["topology", "print", "--administrator", "x"], ["topology", "print", "--prefix", "a b"],
        ["topology", "print", "--prefix", ""], ["topology", "check", "--amqp-url", "http://x"],
        ["topology", "check", "--amqp-ca-file", ""], ["topology", "check", "--amqp-url", ""],
        ["jobs", "list", "--api-url", ""], ["jobs", "list", "--api-url", "nowhere"],
        ["jobs", "list", "--api-url", "ftp://x"], ["keys", "list", "--store-url", ""],
        ["keys", "list", "--store-url", "mysql://x"], ["mock", "--listen", "x"], ["mock", "--listen", ""],
        ["mock", "--outcome", "maybe"], ["mock", "--flex", "never"], ["mock", "--failure-rate", "1.1"],
        ["mock", "--failure-rate", "nan"], ["mock", "--heartbeats", "10001"], ["mock", "--refuse", "199"],
        ["mock", "--every-ms", "-1"], ["mock", "--duplicates", "101"], ["mock", "--callbacks", "post"],
        ["mock", "--seed", "-1"], ["mock", "--delay-ms", "x"], ["mock", "--sqs-queue-url", ""],
        ["mock", "--callbacks", "sqs", "--sqs-endpoint", "x"], ["mock", "--callbacks", "sqs", "--aws-region", "x"],
        ["mock", "--callbacks", "sqs", "--sqs-callback-queue-url", "http://x"],
        ["dead", "list", "--queue", "mine"], ["dead", "list", "--queue", "ticker.baton"],
        ["dead", "list", "--limit", "0"], ["dead", "list", "--older-than", "0"],
        ["dead", "list", "--older-than", "1w"],
        ["dead", "list", "--service", "a/b"], ["dead", "list", "--job", "a/b"], ["dead", "list", "--reason", ""],
        ["dead", "peek"], ["dead", "peek", "x"], ["dead", "replay"], ["dead", "drop"], ["dead", "drop", "--yes"],
        ["dead", "replay", "--all"], ["dead", "drop", "--all"], ["dead", "replay", id, "--all", "--yes"],
        ["dead", "replay", id, "--reason", "failing"], ["dead", "drop", "--all", "--job", "a", "--yes"],
        ["dead", "replay", "--from", "x", "--all", "--yes"], ["dead", "replay", "--from", ""],
        ["dead", "drop", "--from", "x"], ["dead", "replay", "--all", "--yes", "--rate", "0"],
        ["dead", "replay", "--all", "--yes", "--limit", "0"], ["dead", "export", "--output", ""],
        ["forks", "enable"], ["forks", "enable", "x"], ["forks", "enable", "replay"], ["forks", "list"],
        ["forks", "enable", "archive"], ["forks", "enable", "archive", "--max-age", "59s", "--print"],
        ["forks", "enable", "archive", "--max-bytes", "1kB", "--print"],
        ["forks", "enable", "archive", "--to", "a/b", "--print"],
        ["forks", "enable", "storage", "--max-age", "1d", "--print"],
        ["forks", "enable", "replay", "--to", "a", "--print"], ["forks", "disable", "archive"],
        ["forks", "enable", "replay", "--to", "belfry/run.requested", "--print"],
        ["events", "replay", "--to", "a/b"], ["events", "replay", "--from-offset", "0"],
        ["events", "replay", "--from-offset", "-1", "--to", "a/b"],
        ["events", "replay", "--since", "yesterday", "--to", "a/b"],
        ["events", "replay", "--since", "1h", "--until", "2h", "--to", "a/b"],
        ["events", "replay", "--since", "1h", "--to", "belfry.events/x"],
        ["events", "replay", "--since", "1h", "--to", "a/b", "--filter", "color=red"],
        ["events", "replay", "--since", "1h", "--to", "a/b", "--rate", "0"],
        ["events", "replay", "--since", "1h", "--to", "a/b", "--dry-run", "--resume", "x"],
        ["no-such-command"], ["jobs", "list", "--no-such-flag"], ["jobs", "list", "extra"],
    ])
    func `exits with 2 for an argument that can't be right, and sends nothing`(arguments: [String]) async throws {
        let finished = try await Program.run(
            "\(Project.bin)/belfry", arguments,
            environment: [
                // Nothing listens there: a request would exit with 1.
                "BELFRY_API_URL": "http://127.0.0.1:1", "BELFRY_API_KEY": "belfry_x",
                "BELFRY_STORE_URL": "sqlite:/nowhere/belfry.sqlite",
            ])
        #expect(finished.status == 2 && !finished.wasKilled, "\(finished)")
        #expect(finished.output.isEmpty && !finished.errors.isEmpty)
    }

    @Test func `exits with 1 for what the API refuses or doesn't have`() async throws {
        let api = await FakeAdminAPI.start()
        for arguments in [["jobs", "show", "a/b"], ["jobs", "delete", "a/b"]] {
            let finished = try await api.belfry(arguments)
            #expect(finished.status == 1 && finished.output.isEmpty)
        }
        let silent = try await Program.run(
            "\(Project.bin)/belfry", ["cancel", Self.id],
            environment: ["BELFRY_API_URL": "http://127.0.0.1:1/", "BELFRY_API_KEY": "belfry_x"])
        #expect(silent.status == 1 && silent.errors.contains("whether the request was carried out is not known"))
    }

    @Test(arguments: [
        (["jobs", "list", "--api-key", "hidden"], "BELFRY_API_KEY"),
        (["jobs", "list", "--api-key=hidden"], "BELFRY_API_KEY"),
        (["secrets", "show", "a", "--signing-keys", "hidden"], "BELFRY_SIGNING_KEYS"),
        (["topology", "check", "--management-url", "http://a:hidden@x:15672"], "BELFRY_MANAGEMENT_URL"),
        (["topology", "check", "--amqp-url", "amqp://a:hidden@127.0.0.1:1/"], "BELFRY_AMQP_URL"),
        (["jobs", "list", "--api-url", "http://a:hidden@127.0.0.1:1/"], "BELFRY_API_URL"),
    ])
    func `takes no secret from a flag, and names the variable to set`(
        arguments: [String], variable: String
    ) async throws {
        let finished = try await Program.run(
            "\(Project.bin)/belfry", arguments, environment: ["BELFRY_API_KEY": "belfry_x"])
        #expect(finished.status == 2 && finished.output.isEmpty)
        #expect(finished.errors.contains("set \(variable)"), "\(finished.errors)")
        #expect(!finished.errors.contains("hidden"))
    }

    @Test func `prints what services wrote without control characters, in lists, details and errors`() async throws {
        let api = await FakeAdminAPI.start()
        let shown = "a\\u001b[2Jb\\nc\\u009bd\\u202ee\\u007f"
        for arguments in [
            ["executions"], ["executions", Self.id], ["executions", "--json"], ["executions", Self.id, "--json"],
            ["run", "a/b"], ["run", "a/b", "--json"], ["jobs", "show", "a/b"],
        ] {
            let finished = try await api.belfry(arguments)
            let text = finished.output + finished.errors
            #expect(text.contains(shown), "\(arguments)")
            let unsafe = text.unicodeScalars.filter { scalar in
                scalar != "\n" && (scalar.properties.generalCategory == .control || scalar.properties.isBidiControl)
            }
            #expect(unsafe.isEmpty, "\(arguments)")
            if arguments.contains("--json") {
                let value = try JSONValue(parsing: Array(finished.output.utf8))
                let texts = [value["results"]?.array?.first?["error"], value["error"], value["execution_id"]]
                #expect(texts.contains(.string(FakeAdminAPI.hostile)), "\(arguments)")
            }
        }
        #expect(api.changes == ["RUN a/b", "RUN a/b"])
    }

    @Test func `creates, lists and revokes keys`() async throws {
        let files = try TemporaryFiles()
        func keys(_ arguments: String...) async throws -> Finished {
            try await Program.run(
                "\(Project.bin)/belfry", ["keys"] + arguments,
                environment: ["BELFRY_STORE_URL": "sqlite:\(files.path)/belfry.sqlite"])
        }
        let created = try await keys("create", "deploy-1.x_y", "--scope", "service:billing")
        #expect(created.status == 0 && created.output.hasPrefix("belfry_"), "\(created.errors)")
        #expect(try await keys("create", "deploy-1.x_y").status == 1)
        let author = "local:\(ProcessInfo.processInfo.userName)"
        let table = try await keys("list").output
        #expect(["deploy-1.x_y  service:billing  ", "  \(author)  ", "never\n"].allSatisfy(table.contains), "\(table)")
        #expect(try await keys("revoke", "deploy-1.x_y").output == "revoked deploy-1.x_y\n")
        let gone = try await keys("revoke", "old\u{1B}")
        #expect(gone.status == 1 && gone.errors == "belfry: there is no key named “old\\u001b”\n")

        // An older version took any name.
        let store = try await StoreURL(parsing: "sqlite:\(files.path)/belfry.sqlite").open(
            logger: Logger(label: "test"))
        let old = APIKey(name: "old\u{1B}", scope: .service("a\n\u{9B}"), createdAt: SystemTime().now())
        #expect(try await store.add(old, secretHash: Array(0..<32), by: ChangeAuthor(name: "test")))
        let listed = try await keys("list")
        #expect(listed.output.contains("old\\u001b  service:a\\n\\u009b  "), "\(listed)")
        #expect(try await keys("revoke", "old\u{1B}").output == "revoked old\\u001b\n")
        #expect(try await keys("list", "--json").output == "[]\n")

        let audit = try await store.audit(AuditQuery())
        #expect(audit.entries.map(\.action) == [.keyRevoked, .keyCreated, .keyRevoked, .keyCreated])
        #expect(audit.entries.map(\.author.name) == [author, "test", author, author])
        #expect(audit.entries.allSatisfy { $0.author.requestID == nil })
    }

    @Test func `prints keys as JSON, and knows the former names of its commands`() async throws {
        let files = try TemporaryFiles()
        func keys(_ arguments: String...) async throws -> JSONValue {
            let finished = try await Program.run(
                "\(Project.bin)/belfry", ["keys"] + arguments + ["--json"],
                environment: ["BELFRY_STORE_URL": "sqlite:\(files.path)/belfry.sqlite"])
            #expect(finished.status == 0, "\(finished.errors)")
            return try JSONValue(parsing: Array(finished.output.utf8))
        }
        let created = try await keys("add", "a", "--scope", "read")
        #expect(created["key"]?.string?.hasPrefix("belfry_") == true && created["scope"]?.string == "read")
        let listed = try #require(try await keys("list").array?.first)
        #expect(listed["name"]?.string == "a" && listed["last_used_at"] == .null && listed["key"] == nil)
        #expect(try await keys("remove", "a") == .object(["revoked": .string("a")]))
    }

    @Test(arguments: ["\n", "\r\n"])
    func `gives each user of the file of passwords its own hash`(end: String) async throws {
        let users = ["belfry-tickerd=one", "# a comment", "", "belfry-courierd=two", "admin=three", ""]
        let files = try TemporaryFiles(["passwords": "\u{FEFF}" + users.joined(separator: end)])
        let printed = try await Program.run(
            "\(Project.bin)/belfry",
            ["topology", "print", "--passwords", "\(files.path)/passwords", "--administrator", "admin"])
        #expect(printed.status == 0, "\(printed.errors)")
        let definitions = try JSONValue(parsing: Array(printed.output.utf8))
        let passwords = ["belfry-tickerd": "one", "belfry-courierd": "two", "admin": "three"]
        for user in definitions["users"]?.array ?? [] {
            let hash = try #require(Data(base64Encoded: user["password_hash"]?.string ?? "?"))
            let password = passwords[user["name"]?.string ?? ""]
            #expect(hash.isEmpty == (password == nil))
            if let password { #expect(PasswordCheck.fits(password, hash: hash)) }
        }
        try files.write(Array("belfry-nobody=one".utf8), to: "passwords")
        let wrong = try await Program.run(
            "\(Project.bin)/belfry", ["topology", "print", "--passwords", "\(files.path)/passwords"])
        #expect(wrong.status == 1 && wrong.output.isEmpty)
        #expect(wrong.errors.contains("passwords:1: the line has the name of no user"))
    }
}
