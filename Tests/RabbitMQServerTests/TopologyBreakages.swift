import Messaging
import Testing

/// Commands that break different objects of a broker, whose faults one check finds together.
struct TopologyBreakages: Sendable, CustomTestStringConvertible {
    /// A command for a shell, the fault that it leads to, and the one that is left when the binding or the user that
    /// is missing has been created.
    struct Breakage: Sendable {
        var fault: String
        var laterFault: String?
        var command: String

        init(_ fault: String, then laterFault: String? = nil, by command: String) {
            self.fault = fault
            self.laterFault = laterFault
            self.command = command
        }
    }

    var testDescription: String
    var breakages: [Breakage]

    init(_ description: String, _ breakages: [Breakage]) {
        testDescription = description
        self.breakages = breakages
    }

    static let all: [TopologyBreakages] = [
        TopologyBreakages(
            "exchanges",
            [
                Breakage("exchange_missing: exchange belfry.retry", by: "api DELETE exchanges/%2F/belfry.retry"),
                Breakage(
                    "exchange_different: exchange belfry.events",
                    by: """
                        api DELETE exchanges/%2F/belfry.events
                        api PUT exchanges/%2F/belfry.events '{"type":"direct","durable":true}'
                        """),
                Breakage(
                    "exchange_different: exchange belfry.answers",
                    by: """
                        api DELETE exchanges/%2F/belfry.answers
                        api PUT exchanges/%2F/belfry.answers '{"type":"topic","durable":false,"auto_delete":true}'
                        """),
            ]),
        TopologyBreakages(
            "queues",
            [
                Breakage(
                    "queue_missing: queue belfry.courier.retry.5", by: "api DELETE queues/%2F/belfry.courier.retry.5"),
                Breakage(
                    "queue_different: queue belfry.courier.retry.2",
                    by: """
                        api DELETE queues/%2F/belfry.courier.retry.2
                        api PUT queues/%2F/belfry.courier.retry.2 '{"durable":true}'
                        api POST bindings/%2F/e/belfry.retry/q/belfry.courier.retry.2 \
                        '{"routing_key":"courier.retry.2"}'
                        """),
                Breakage(
                    "queue_different: queue belfry.ingester.reports.2",
                    by: """
                        api DELETE queues/%2F/belfry.ingester.reports.2
                        api PUT queues/%2F/belfry.ingester.reports.2 \
                        '{"durable":true,"arguments":{"x-queue-type":"quorum"}}'
                        for key in \(reportKeys); do
                        api POST bindings/%2F/e/belfry/q/belfry.ingester.reports.2 '{"routing_key":"'$key'"}'
                        done
                        """),
            ]),
        TopologyBreakages(
            "bindings",
            [
                Breakage(
                    "binding_missing: binding of queue belfry.dispatcher.due to exchange belfry, key schedule.due",
                    by: "api DELETE bindings/%2F/e/belfry/q/belfry.dispatcher.due/schedule.due"),
                Breakage(
                    "binding_extra: binding of queue belfry.courier.retry.5 to exchange belfry, key a/b ü#",
                    by: """
                        api POST bindings/%2F/e/belfry/q/belfry.courier.retry.5 \
                        '{"routing_key":"a/b ü#","arguments":{"x":1}}'
                        """),
                Breakage(
                    "binding_extra: binding of exchange belfry to exchange it's/mine, key ",
                    by: """
                        api PUT exchanges/%2F/it%27s%2Fmine '{"type":"fanout","durable":true}'
                        api POST bindings/%2F/e/it%27s%2Fmine/e/belfry '{"routing_key":""}'
                        """),
                Breakage(
                    "binding_different: binding of queue belfry.dispatcher.runs to exchange belfry, key run.requested",
                    then:
                        "binding_extra: binding of queue belfry.dispatcher.runs to exchange belfry, key run.requested",
                    by: """
                        api DELETE bindings/%2F/e/belfry/q/belfry.dispatcher.runs/run.requested
                        api POST bindings/%2F/e/belfry/q/belfry.dispatcher.runs \
                        '{"routing_key":"run.requested","arguments":{"x-note":"a b"}}'
                        """),
            ]),
        TopologyBreakages(
            "policies",
            [
                Breakage(
                    "policy_missing: policy belfry.courier.retry.5",
                    by: "api DELETE policies/%2F/belfry.courier.retry.5"),
                Breakage(
                    "policy_different: policy belfry.courier.retry.2",
                    by: """
                        api PUT policies/%2F/belfry.courier.retry.2 \
                        '{"pattern":"^nothing$","definition":{"message-ttl":1}}'
                        """),
                Breakage(
                    "policy_overridden: policy it's/all",
                    by: """
                        api PUT policies/%2F/it%27s%2Fall \
                        '{"pattern":"^|it'"'"'s","definition":{"delivery-limit":5},"priority":9}'
                        """),
                Breakage(
                    "operator_policy_overrides: operator policy op a",
                    by: """
                        api PUT operator-policies/%2F/op%20a \
                        '{"pattern":".*","apply-to":"queues","definition":{"message-ttl":100}}'
                        """),
            ]),
        TopologyBreakages(
            "users and rights",
            [
                Breakage(
                    "user_missing: user belfry-tickerd", then: "user_without_password: user belfry-tickerd",
                    by: "api DELETE users/belfry-tickerd"),
                Breakage(
                    "user_without_password: user belfry-reaperd",
                    by: #"api PUT users/belfry-reaperd '{"password_hash":"","tags":""}'"#),
                Breakage(
                    "user_tagged: user belfry-service",
                    by: #"api PUT users/belfry-service '{"password":"secret","tags":"administrator,monitoring"}'"#),
                Breakage(
                    "permissions_missing: permissions of user belfry-reaperd",
                    by: "api DELETE permissions/%2F/belfry-reaperd"),
                Breakage(
                    "permissions_different: permissions of user belfry-service",
                    by: #"api PUT permissions/%2F/belfry-service '{"configure":"^$","write":".*","read":"^$"}'"#),
                Breakage(
                    "permissions_elsewhere: permissions of user belfry-service on virtual host o/ther",
                    by: """
                        api PUT vhosts/o%2Fther
                        api PUT permissions/o%2Fther/belfry-service '{"configure":"","write":"","read":".*"}'
                        """),
                Breakage(
                    "topic_permissions_missing: topic permissions of user belfry-service on exchange belfry.callbacks",
                    by: "api DELETE topic-permissions/%2F/belfry-service"),
                Breakage(
                    "topic_permissions_different: topic permissions of user belfry-reaperd on exchange belfry",
                    by: """
                        api PUT topic-permissions/%2F/belfry-reaperd \
                        '{"exchange":"belfry","write":".*","read":"^$"}'
                        """),
                Breakage(
                    "topic_permissions_extra: topic permissions of user belfry-operator on exchange belfry",
                    by: """
                        api PUT topic-permissions/%2F/belfry-operator \
                        '{"exchange":"belfry","write":"^$","read":"^$"}'
                        """),
            ]),
        TopologyBreakages(
            "limits",
            [
                Breakage(
                    "vhost_limited: limit max-queues of virtual host /",
                    by: """
                        api PUT vhost-limits/%2F/max-queues '{"value":3}'
                        api PUT vhost-limits/%2F/max-connections '{"value":900}'
                        """),
                Breakage(
                    "user_limited: limit max-connections of user belfry-tickerd",
                    by: #"api PUT user-limits/belfry-tickerd/max-connections '{"value":0}'"#),
            ]),
    ]

    private static let reportKeys = RealBroker.topology.bindings.filter { $0.queue == "belfry.ingester.reports.2" }
        .map(\.routingKey).joined(separator: " ")
}
