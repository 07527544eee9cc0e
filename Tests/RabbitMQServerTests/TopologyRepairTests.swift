import JSON
import JobCore
import Messaging
import TestServers
import Testing

/// Guarantee: `belfry topology check` finds each difference of a real broker, and the command that it prints repairs
/// it.
@Suite(.serialized, .timeLimit(.minutes(8))) struct TopologyRepairTests {
    private static let node = Task { try await PrivateBroker.start("topology") }

    /// Runs a shell's commands with the project's programs, the node's `rabbitmqctl`, and `api METHOD PATH [BODY]`.
    private static func shell(_ commands: String, virtualHost: String = "%2F") async throws -> Finished {
        let node = try await node.value
        let script = """
            belfry() { '\(Project.bin)/belfry' "$@"; }
            rabbitmqctl() { '\(Project.root)/Scripts/broker' ctl '\(node.folder)' "$@"; }
            api() {
                curl -sS --fail -u admin:secret -X "$1" -H 'content-type: application/json' -d "${3:-{\\}}" \
                    "http://127.0.0.1:\(node.managementPort)/api/$2"
            }
            \(commands)
            """
        return try await Program.run(
            "/bin/bash", ["-c", script],
            environment: [
                "BELFRY_AMQP_URL": "\(node.url.dropLast())/\(virtualHost)",
                "BELFRY_MANAGEMENT_URL": "http://admin:secret@127.0.0.1:\(node.managementPort)",
            ])
    }

    /// The faults that a check finds, as JSON.
    private static func faults(virtualHost: String = "%2F") async throws -> [JSONValue] {
        let check = try await shell("belfry topology check --json", virtualHost: virtualHost)
        let answer = try JSONValue(parsing: Array(check.output.utf8), limits: .trusted)
        guard let faults = answer["faults"]?.array, check.status == (faults.isEmpty ? 0 : 1) else {
            throw TestFailure("status \(check.status): \(check.output) \(check.errors)")
        }
        #expect(!check.output.contains("secret"))
        return faults
    }

    /// A fault's code and object.
    private static func texts(_ faults: [JSONValue]) -> [String] {
        faults.map { "\($0["code"]?.string ?? ""): \($0["what"]?.string ?? "")" }
    }

    /// Runs each command that the check prints, once, until there are no faults. A command repairs all faults that it
    /// is printed for. Returns the faults that the first check did not find.
    private static func repairAll() async throws -> [String] {
        var faults = try await faults()
        let first = texts(faults)
        var later: [String] = []
        var done: Set<String> = []
        while let repair = faults.first?["repair"]?.string {
            guard done.insert(repair).inserted else { throw TestFailure("`\(repair)` is needed again: \(faults)") }
            // A command that asks for a password reads it.
            let repaired = try await shell("echo secret | \(repair)")
            #expect(repaired.status == 0, "\(repair): \(repaired.errors)")
            // The broker applies policies in the background.
            faults = try await until("`\(repair)` repairs what it is printed for") {
                let faults = try await Self.faults()
                return faults.contains { $0["repair"]?.string == repair } ? nil : faults
            }
            later += texts(faults).filter { !(first + later).contains($0) }
        }
        return later
    }

    @Test(arguments: TopologyBreakages.all)
    func `what is broken is named once, and repaired by the commands that the check prints`(broken: TopologyBreakages)
        async throws
    {
        #expect(try await Self.faults() == [])
        let done = try await Self.shell("set -e\n\(broken.breakages.map(\.command).joined(separator: "\n"))")
        try #require(done.status == 0, "\(done.errors)")
        let faults = try await until("the check finds all") {
            let faults = try await Self.faults()
            return faults.count < broken.breakages.count ? nil : faults
        }
        #expect(Self.texts(faults).sorted() == broken.breakages.map(\.fault).sorted())
        #expect(try await Self.repairAll() == broken.breakages.compactMap(\.laterFault))
    }

    @Test func `a whole virtual host with an odd name is created, and complete`() async throws {
        let host = "a%2Fb%20%C3%BC"
        let missing = try await Self.faults(virtualHost: host)
        #expect(Self.texts(missing) == ["vhost_missing: virtual host a/b ü"])
        let created = try await Self.shell(try #require(missing.first?["repair"]?.string), virtualHost: host)
        #expect(created.status == 0, "\(created.errors)")
        // Each user has permissions on both virtual hosts now, and the repair takes those on the other.
        let elsewhere = try await Self.faults(virtualHost: host)
        let users = RealBroker.topology.users.map(\.name)
        #expect(
            Self.texts(elsewhere).sorted()
                == users.map { "permissions_elsewhere: permissions of user \($0) on virtual host /" }.sorted())
        let repaired = try await Self.shell(
            try #require(elsewhere.last?["repair"]?.string), virtualHost: host)
        #expect(repaired.status == 0, "\(repaired.errors)")
        #expect(try await Self.faults(virtualHost: host) == elsewhere.dropLast())
        _ = try await Self.shell("api DELETE vhosts/\(host)")
        #expect(
            try await Self.texts(Self.faults())
                == ["permissions_missing: permissions of user \(try #require(users.last))"])
        #expect(try await Self.repairAll() == [])
    }

    @Test func `apply and --replace leave the users' passwords as they are`() async throws {
        for command in ["apply", "apply --replace"] {
            let done = try await Self.shell(
                """
                api PUT users/belfry-tickerd '{"password":"secret","tags":"x"}'; belfry topology \(command)
                """)
            #expect(done.status == 0, "\(done.errors)")
        }
        #expect(try await Self.faults() == [])
        try await withBroker(try await Self.node.value.url(user: "belfry-tickerd"), consumes: false) { broker in
            try await untilReady(broker)
        }
    }

    @Test func `a queue with messages or a consumer is not replaced, and no message is lost`() async throws {
        let queue = "belfry.dispatcher.runs"
        let made = try await Self.shell(
            """
            set -e
            api DELETE queues/%2F/\(queue)
            api PUT queues/%2F/\(queue) '{"durable":true}'
            api POST bindings/%2F/e/belfry/q/\(queue) '{"routing_key":"run.requested"}'
            api POST exchanges/%2F/belfry/publish \
            '{"routing_key":"run.requested","payload":"kept","payload_encoding":"string","properties":{}}'
            """)
        try #require(made.status == 0, "\(made.errors)")
        let refused = try await Self.shell("belfry topology apply --replace")
        #expect(refused.status == 1 && refused.errors.contains("queue \(queue) has 1 messages and 0 consumers"))
        #expect(try await Self.texts(Self.faults()) == ["queue_different: queue \(queue)"])
        let taken = try await Self.shell(
            """
            api POST queues/%2F/\(queue)/get '{"count":2,"ackmode":"ack_requeue_false","encoding":"auto"}'
            """)
        #expect(taken.output.contains(#""payload":"kept""#))
        #expect(try await Self.repairAll() == [])
    }

    @Test func `bindings of subscribers outlast the replacement of an exchange`() async throws {
        let made = try await Self.shell(
            """
            set -e
            api DELETE exchanges/%2F/belfry.events
            api PUT exchanges/%2F/belfry.events '{"type":"direct","durable":true}'
            api PUT queues/%2F/belfry.subscriber.audit '{"durable":true}'
            api POST bindings/%2F/e/belfry.events/q/belfry.subscriber.audit '{"routing_key":"job.changed"}'
            """)
        try #require(made.status == 0, "\(made.errors)")
        #expect(try await Self.texts(Self.faults()) == ["exchange_different: exchange belfry.events"])
        #expect(try await Self.repairAll() == [])
        let bindings = try await Self.shell("api GET exchanges/%2F/belfry.events/bindings/source")
        #expect(bindings.output.contains("belfry.subscriber.audit"))
        _ = try await Self.shell("api DELETE queues/%2F/belfry.subscriber.audit")
    }

    @Test func `enabled event forks are no fault and no hint`() async throws {
        let passwords = "\(try await Self.node.value.folder)/replay-password"
        let enabled = try await Self.shell(
            """
            set -e
            echo belfry-replay=secret >'\(passwords)'
            belfry forks enable archive
            belfry forks enable storage
            belfry forks enable replay --to mine/again --to queue:mine \\
                --passwords '\(passwords)'
            belfry topology check
            """)
        #expect(enabled.status == 0 && enabled.output.contains("The topology is complete."), "\(enabled)")
        #expect(!enabled.errors.contains("hint"), "\(enabled)")
        let disabled = try await Self.shell("for fork in archive storage replay; do belfry forks disable $fork; done")
        #expect(disabled.status == 0, "\(disabled)")
        #expect(try await Self.faults() == [])
    }

    @Test func `without the management API the check says what it can't check, and hints are no faults`() async throws {
        let check = try await Self.shell("unset BELFRY_MANAGEMENT_URL; belfry topology check")
        #expect(check.status == 0 && check.output == "The exchanges and queues of the topology are complete.\n")
        #expect(check.errors.contains("Not checked without BELFRY_MANAGEMENT_URL: virtual host, bindings, policies"))
        let refused = try await Self.shell("unset BELFRY_MANAGEMENT_URL; belfry topology apply --replace")
        #expect(refused.status == 2 && refused.errors.contains("set BELFRY_MANAGEMENT_URL"))
        let hinted = try await Self.shell(
            """
            api PUT queues/%2F/belfry.old '{"durable":true}'
            belfry topology check; code=$?
            api DELETE queues/%2F/belfry.old
            exit $code
            """)
        #expect(hinted.status == 0 && hinted.output.hasPrefix("The topology is complete."))
        #expect(hinted.errors.contains("hint: queue belfry.old is not part of the topology"))
        let stranger = try await Self.shell(
            #"BELFRY_MANAGEMENT_URL="${BELFRY_MANAGEMENT_URL/admin:/belfry-tickerd:}" belfry topology check"#
        )
        #expect(stranger.status == 1 && stranger.errors.contains("tag administrator"))
    }
}
