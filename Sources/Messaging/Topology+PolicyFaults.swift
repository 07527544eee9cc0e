import JSON

/// The comparison of policies, and what keeps them from applying.
extension Topology {
    func policyFaults(in state: BrokerState, _ repair: RepairCommand) -> [TopologyFault] {
        policies.compactMap { policy in
            let expected = "\(policy.pattern) on queues: \(JSONValue.object(policy.definition).text)"
            guard let found = state[.policies].first(where: { $0.text("name") == policy.name }) else {
                return TopologyFault(
                    .policyMissing, "policy \(policy.name)", expected: expected, found: TopologyFault.nothing,
                    repair: repair.apply)
            }
            // All queues of the topology are quorum queues. A higher priority does no harm.
            guard
                found.text("pattern") != policy.pattern || found.object("definition") != policy.definition
                    || !["queues", "quorum_queues"].contains(found.text("apply-to")) || found.integer("priority") < 0
            else { return nil }
            return TopologyFault(
                .policyDifferent, "policy \(policy.name)", expected: expected,
                found: "\(found.text("pattern")) on \(found.text("apply-to")), priority "
                    + "\(found.integer("priority")): \(JSONValue.object(found.object("definition")).text)",
                repair: repair.apply)
        }
    }

    /// Policies and operator policies of others that apply to queues and exchanges of the topology, one fault each.
    func overridingFaults(in state: BrokerState, _ repair: RepairCommand) -> [TopologyFault] {
        let expected = policyByQueue
        let ours = Set(policies.map(\.name))
        let present = Set(state[.policies].map { $0.text("name") })
        let known = Dictionary(state[.queues].map { ($0.text("name"), $0) }) { first, _ in first }
        func queues(where isAffected: (BrokerEntry, Policy?) -> Bool) -> [String] {
            self.queues.map(\.name).filter { name in known[name].map { isAffected($0, expected[name]) } ?? false }
        }
        let overridden = state[.policies].filter { !ours.contains($0.text("name")) }.compactMap { other in
            let affected =
                exchanges(in: state, changedBy: other)
                + queues { queue, policy in
                    // While a policy is missing, another one may apply that will not when it is there.
                    queue.text("policy") == other.text("name")
                        && (policy.map { present.contains($0.name) } ?? true || other.integer("priority") > 0)
                }
            return override(.policyOverridden, "policy", other, affected, "set_policy", repair)
        }
        // A broker whose statistics are switched off names no operator policies of queues; then the pattern decides.
        let isNamed = state[.queues].contains { $0.fields["operator_policy"] != nil }
        let byOperator = state[.operatorPolicies].compactMap { other in
            let affected = queues { queue, policy in
                Self.applies(other, to: queue, isNamed)
                    && Self.changes(
                        queue, of: withoutLimitsOfLetters(other.object("definition"), queue),
                        policy?.definition ?? [:])
            }
            return override(
                .operatorPolicyOverrides, "operator policy", other, affected, "set_operator_policy", repair)
        }
        return overridden + byOperator
    }

    /// Operator policies with which the broker drops dead letters, one sentence each. An operator may want that.
    func hintsOfDroppedLetters(in state: BrokerState) -> [String] {
        let isNamed = state[.queues].contains { $0.fields["operator_policy"] != nil }
        return state[.operatorPolicies].compactMap { other in
            let definition = other.object("definition")
            let limits = definition.keys.filter(Self.limitsOfLetters.contains).sorted()
            let affected = state[.queues].filter {
                deadLetterQueues.contains($0.text("name")) && Self.applies(other, to: $0, isNamed)
            }
            guard !limits.isEmpty, let first = affected.map({ $0.text("name") }).min() else { return nil }
            return "operator policy \(other.text("name")) drops dead letters by \(limits.joined(separator: ", ")): "
                + "\(first)\(Self.andMore(affected.count))"
        }
    }

    /// With these an operator has the broker drop dead letters that nobody will replay.
    private static let limitsOfLetters: Set<String> = ["message-ttl", "max-length", "max-length-bytes"]

    private var deadLetterQueues: Set<String> {
        Set(WorkQueue.allCases.filter(\.hasDeadLetters).map { "\(name(of: $0)).dead" })
    }

    private func withoutLimitsOfLetters(
        _ definition: [String: JSONValue], _ queue: BrokerEntry
    ) -> [String: JSONValue] {
        guard deadLetterQueues.contains(queue.text("name")) else { return definition }
        return definition.filter { !Self.limitsOfLetters.contains($0.key) }
    }

    /// The exchanges of the topology that a policy makes send messages elsewhere, or take them from elsewhere. The
    /// topology has no policies for exchanges, so other keys of a broad policy have no effect on them.
    private func exchanges(in state: BrokerState, changedBy policy: BrokerEntry) -> [String] {
        let definition = policy.object("definition")
        guard definition.keys.contains(where: { $0 == "alternate-exchange" || $0.hasPrefix("federation-") })
        else { return [] }
        let affected = state[.exchanges].filter { $0.text("policy") == policy.text("name") }.map { $0.text("name") }
        return exchanges.filter(affected.contains)
    }

    private static func applies(_ policy: BrokerEntry, to queue: BrokerEntry, _ isNamed: Bool) -> Bool {
        isNamed ? queue.text("operator_policy") == policy.text("name") : matches(queue, policy.text("pattern"))
    }

    private static func andMore(_ count: Int) -> String { count > 1 ? " and \(count - 1) more" : "" }

    /// The policy of the topology that applies to each queue.
    private var policyByQueue: [String: Policy] {
        var found: [String: Policy] = [:]
        for policy in policies {
            guard let pattern = try? Regex(policy.pattern) else { continue }
            for queue in queues where queue.name.firstMatch(of: pattern) != nil { found[queue.name] = policy }
        }
        return found
    }

    private static func matches(_ queue: BrokerEntry, _ pattern: String) -> Bool {
        guard let regex = try? Regex(pattern) else { return false }
        return queue.text("name").firstMatch(of: regex) != nil
    }

    /// Whether an operator policy changes a queue's own settings, or makes it drop messages. Of two numbers the broker
    /// takes the smaller one, so the effective value decides.
    private static func changes(
        _ queue: BrokerEntry, of added: [String: JSONValue], _ own: [String: JSONValue]
    ) -> Bool {
        // Where the broker tells no effective values, the rule above gives them.
        let smaller = added.merging(own) { added, own in
            if case (.integer(let one), .integer(let other)) = (added, own) { .integer(min(one, other)) } else { added }
        }
        let effective = smaller.merging(queue.object("effective_policy_definition")) { $1 }
        return added.keys.contains { key in
            own[key].map { $0 != effective[key] } ?? dropping.contains(key)
        }
    }

    /// The keys with which a queue drops messages.
    private static let dropping: Set<String> = ["message-ttl", "expires", "delivery-limit", "overflow"]

    /// The repair keeps the other policy for all else: its pattern no longer matches the names of the topology. It
    /// still matches those of subscribers' queues and event forks, which may have their limits from it.
    private func override(
        _ code: TopologyFault.Code, _ kind: String, _ other: BrokerEntry, _ affected: [String], _ action: String,
        _ repair: RepairCommand
    ) -> TopologyFault? {
        guard let first = affected.first else { return nil }
        let names = Set(exchanges + queues.map(\.name)).sorted().map { $0.dropFirst(prefix.count) }
        let ours = "\(Self.escaped(prefix))(\(names.map { Self.escaped(String($0)) }.joined(separator: "|")))"
        let definition = JSONValue.object(other.object("definition")).text
        return TopologyFault(
            code, "\(kind) \(other.text("name"))", expected: "no effect on Belfry",
            found: "\(definition) on \(first)\(Self.andMore(affected.count)), priority \(other.integer("priority"))",
            repair: repair.control(
                action,
                [
                    "--priority", String(other.integer("priority")), "--apply-to", other.text("apply-to"),
                    other.text("name"), "^(?!\(ours)$)(?=.*(?:\(other.text("pattern"))))", definition,
                ]))
    }
}
