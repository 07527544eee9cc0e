import JSON
import JobCore
import Messaging
import TestServers
import Testing

/// Guarantee: `belfry topology check` finds each difference of a real broker, and the command that it prints repairs
/// it.
@Suite(.serialized, .timeLimit(.minutes(8))) struct TopologyRepairTests {
    private static let node = Task { try await PrivateBroker.start("topology") }

    /// A command for a shell that breaks something, and the codes of the faults that it leads to.
    struct Breakage: Sendable, CustomTestStringConvertible {
        var codes: [String]
        var command: String
        var testDescription: String { command }

        init(_ codes: String..., by command: String) {
            self.codes = codes
            self.command = command
        }
    }

    private static let retry = "belfry.courier.retry.5"

    static let breakages: [Breakage] = [
        Breakage("exchange_missing", by: "api DELETE exchanges/%2F/belfry.retry"),
        Breakage(
            "exchange_different",
            by: """
                api DELETE exchanges/%2F/belfry.events
                api PUT exchanges/%2F/belfry.events '{"type":"direct","durable":true}'
                """),
        Breakage(
            "exchange_different",
            by: """
                api DELETE exchanges/%2F/belfry.answers
                api PUT exchanges/%2F/belfry.answers '{"type":"topic","durable":false,"auto_delete":true}'
                """),
        Breakage("queue_missing", by: "rabbitmqctl delete_queue \(retry)"),
        Breakage(
            "queue_different",
            by: """
                rabbitmqctl delete_queue \(retry)
                api PUT queues/%2F/\(retry) '{"durable":true}'
                api POST bindings/%2F/e/belfry.retry/q/\(retry) '{"routing_key":"courier.retry.5"}'
                """),
        Breakage(
            "queue_different",
            by: """
                rabbitmqctl delete_queue belfry.ingester.reports.2
                api PUT queues/%2F/belfry.ingester.reports.2 \
                '{"durable":true,"arguments":{"x-queue-type":"quorum"}}'
                for key in \(reportKeys); do
                api POST bindings/%2F/e/belfry/q/belfry.ingester.reports.2 '{"routing_key":"'$key'"}'
                done
                """),
        Breakage("binding_missing", by: "api DELETE bindings/%2F/e/belfry/q/belfry.dispatcher.runs/run.requested"),
        Breakage(
            "binding_extra",
            by: "api POST bindings/%2F/e/belfry/q/\(retry) '{\"routing_key\":\"a/b ü#\",\"arguments\":{\"x\":1}}'"),
        Breakage(
            "binding_extra",
            by: """
                api PUT exchanges/%2F/it%27s%2Fmine '{"type":"fanout","durable":true}'
                api POST bindings/%2F/e/it%27s%2Fmine/e/belfry '{"routing_key":""}'
                """),
        Breakage(
            "binding_different",
            by: """
                api DELETE bindings/%2F/e/belfry/q/belfry.dispatcher.runs/run.requested
                api POST bindings/%2F/e/belfry/q/belfry.dispatcher.runs \
                '{"routing_key":"run.requested","arguments":{"x-note":"a b"}}'
                """),
        Breakage("policy_missing", by: "rabbitmqctl clear_policy \(retry)"),
        Breakage("policy_different", by: "rabbitmqctl set_policy \(retry) '^nothing$' '{\"message-ttl\":1}'"),
        Breakage(
            "policy_overridden",
            by: "rabbitmqctl set_policy --priority 9 \"it's/all\" \"^|it's\" '{\"delivery-limit\":5}'"),
        Breakage(
            "operator_policy_overrides",
            by: "rabbitmqctl set_operator_policy --apply-to queues 'op a' '.*' '{\"message-ttl\":100}'"),
        Breakage("user_missing", "user_without_password", by: "rabbitmqctl delete_user belfry-tickerd"),
        Breakage("user_without_password", by: "rabbitmqctl clear_password belfry-reaperd"),
        Breakage("user_tagged", by: "rabbitmqctl set_user_tags belfry-service administrator monitoring"),
        Breakage("permissions_missing", by: "rabbitmqctl clear_permissions belfry-reaperd"),
        Breakage("permissions_different", by: "rabbitmqctl set_permissions belfry-service '^$' '.*' '^$'"),
        Breakage(
            "permissions_elsewhere",
            by: "api PUT vhosts/o%2Fther; rabbitmqctl set_permissions -p o/ther belfry-service '' '' '.*'"),
        Breakage("topic_permissions_missing", by: "rabbitmqctl clear_topic_permissions belfry-consoled belfry"),
        Breakage(
            "topic_permissions_different",
            by: "rabbitmqctl set_topic_permissions belfry-tickerd belfry '.*' '^$'"),
        Breakage(
            "topic_permissions_extra",
            by: "rabbitmqctl set_topic_permissions belfry-operator belfry '^$' '^$'"),
        Breakage("vhost_limited", by: "rabbitmqctl set_vhost_limits '{\"max-queues\":3,\"max-connections\":900}'"),
        Breakage("user_limited", by: "rabbitmqctl set_user_limits belfry-tickerd '{\"max-connections\":0}'"),
    ]

    private static let reportKeys = RealBroker.topology.bindings.filter { $0.queue == "belfry.ingester.reports.2" }
        .map(\.routingKey).joined(separator: " ")

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

    /// Runs the printed commands until the check finds nothing, and returns the codes of all faults.
    private static func repairAll(virtualHost: String = "%2F") async throws -> [String] {
        var codes: [String] = []
        for _ in 0..<3 {
            let faults = try await faults(virtualHost: virtualHost)
            if faults.isEmpty { return codes }
            codes += faults.compactMap { $0["code"]?.string }
            for repair in Set(faults.compactMap { $0["repair"]?.string }) {
                // A command that asks for a password reads it.
                let repaired = try await shell("echo secret | \(repair)", virtualHost: virtualHost)
                #expect(repaired.status == 0, "\(repair): \(repaired.errors)")
            }
        }
        return codes + ["still: \(try await faults(virtualHost: virtualHost).map(\.text))"]
    }

    @Test(arguments: breakages)
    func `what is broken is named once, and repaired by the command that the check prints`(breakage: Breakage)
        async throws
    {
        #expect(try await Self.faults() == [])
        let broken = try await Self.shell("set -e\n\(breakage.command)")
        try #require(broken.status == 0, "\(broken.errors)")
        // The broker applies policies in the background.
        _ = try await until("the check finds it") { try await Self.faults().isEmpty ? nil : true }
        #expect(try await Self.repairAll() == breakage.codes)
    }

    @Test func `a whole virtual host with an odd name is created, and complete`() async throws {
        let host = "a%2Fb%20%C3%BC"
        #expect(try await Self.repairAll(virtualHost: host).first == "vhost_missing")
        #expect(try await Self.faults(virtualHost: host) == [])
        _ = try await Self.shell("api DELETE vhosts/\(host)")
        // Each user had permissions on both virtual hosts, and the repair of one has taken those on the other.
        #expect(try await Set(Self.repairAll()) == ["permissions_missing"])
    }

    @Test func `apply and --replace leave the users' passwords as they are`() async throws {
        for command in ["apply", "apply --replace"] {
            let done = try await Self.shell("rabbitmqctl set_user_tags belfry-tickerd x; belfry topology \(command)")
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
            rabbitmqctl delete_queue \(queue)
            api PUT queues/%2F/\(queue) '{"durable":true}'
            api POST bindings/%2F/e/belfry/q/\(queue) '{"routing_key":"run.requested"}'
            api POST exchanges/%2F/belfry/publish \
            '{"routing_key":"run.requested","payload":"kept","payload_encoding":"string","properties":{}}'
            """)
        try #require(made.status == 0, "\(made.errors)")
        let refused = try await Self.shell("belfry topology apply --replace")
        #expect(refused.status == 1 && refused.errors.contains("queue \(queue) has 1 messages and 0 consumers"))
        #expect(try await Self.faults().compactMap { $0["code"]?.string } == ["queue_different"])
        let taken = try await Self.shell(
            """
            api POST queues/%2F/\(queue)/get '{"count":2,"ackmode":"ack_requeue_false","encoding":"auto"}'
            """)
        #expect(taken.output.contains(#""payload":"kept""#))
        #expect(try await Self.repairAll() == ["queue_different"])
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
        #expect(try await Self.repairAll() == ["exchange_different"])
        let bindings = try await Self.shell("api GET exchanges/%2F/belfry.events/bindings/source")
        #expect(bindings.output.contains("belfry.subscriber.audit"))
        _ = try await Self.shell("rabbitmqctl delete_queue belfry.subscriber.audit")
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
            rabbitmqctl delete_queue belfry.old
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
