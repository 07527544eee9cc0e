import JSON
import TestServers
import Testing

/// The real program: `--json` on every command.
@Suite struct `Every command` {
    /// Commands without the option, with the reason.
    private static let exceptions = [
        "topology print": "it prints a definitions file, which is JSON",
        "dead export": "it prints JSON Lines, which dead replay reads",
        "mock": "it prints JSON Lines",
        "ready": "its answer is the exit code",
    ]
    private static let id = "4a01965e-53f8-5e10-91d0-3f4a7e34dd21"

    /// The commands that do something, with the names of their options, as ArgumentParser describes them.
    private static func commands(in command: JSONValue, path: [String] = []) -> [(path: String, options: [String])] {
        let children = (command["subcommands"]?.array ?? []).filter { child in
            child["shouldDisplay"] != .bool(false) && child["commandName"] != .string("help")
        }
        guard children.isEmpty else {
            return children.flatMap { commands(in: $0, path: path + [$0["commandName"]?.string ?? "?"]) }
        }
        let options = (command["arguments"]?.array ?? []).flatMap { argument in
            (argument["names"]?.array ?? []).compactMap { $0["name"]?.string }
        }
        return [(path.joined(separator: " "), options)]
    }

    private static func dump() async throws -> JSONValue {
        let dumped = try await Program.run("\(Project.bin)/belfry", ["--experimental-dump-help"])
        let value = try JSONValue(parsing: Array(dumped.output.utf8), limits: .trusted)
        return try #require(value["command"])
    }

    @Test func `answers in JSON, or is an exception with a reason`() async throws {
        let commands = Self.commands(in: try await Self.dump())
        #expect(commands.count >= 30 && commands.contains { $0.path == "executions" }, "\(commands)")
        let without = commands.filter { !$0.options.contains("json") }.map(\.path)
        #expect(without.filter { Self.exceptions[$0] == nil } == [])
    }

    @Test(arguments: [
        ["jobs", "list"], ["jobs", "show", "a/b"], ["jobs", "delete", "a/b"], ["run", "a/b"],
        ["run", "a/b", "--follow"], ["retry", id], ["cancel", id], ["executions"], ["executions", "--all"],
        ["executions", id], ["follow"], ["services"], ["schedules"], ["audit"], ["dead", "list"],
        ["dead", "peek", id],
    ])
    func `that is refused says so on standard error only, exits with 1 and says what to do`(
        arguments: [String]
    ) async throws {
        let api = await ScriptedAPI.start { _, _ in
            .init(status: 401, body: .object(["message": .string("The key is not one of ours.")]))
        }
        let finished = try await api.bash("belfry \(arguments.joined(separator: " ")) --json")
        // The head of a list that is written as it comes.
        let begun = arguments.contains("--all") ? "{\"results\":[\n" : ""
        #expect(finished.status == 1 && finished.output == begun, "\(finished)")
        #expect(finished.errors.hasPrefix("belfry: The key is not one of ours.\n  next: set BELFRY_API_KEY"))
    }
}
