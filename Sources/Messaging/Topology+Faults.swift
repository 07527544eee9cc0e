extension Topology {
    /// What is missing in a broker, different, or too much, with the command that repairs it.
    ///
    /// One cause is one fault: what a missing object brings with it is not named again. What else the broker has is no
    /// fault, except bindings into these queues and exchanges, or from those that are not
    /// open to others, rights of these users, and what changes these queues.
    public func faults(in state: BrokerState, virtualHost: String) -> [TopologyFault] {
        let repair = RepairCommand(prefix: prefix, virtualHost: virtualHost)
        guard state[.virtualHosts].contains(where: { $0.text("name") == virtualHost }) else {
            return [
                TopologyFault(
                    .virtualHostMissing, "virtual host \(virtualHost)", expected: "a virtual host",
                    found: TopologyFault.nothing, repair: repair.apply)
            ]
        }
        return exchangeFaults(in: state, repair) + queueFaults(in: state, repair) + bindingFaults(in: state, repair)
            + policyFaults(in: state, repair) + overridingFaults(in: state, repair)
            + userFaults(in: state, repair) + permissionFaults(in: state, virtualHost: virtualHost, repair)
            + topicPermissionFaults(in: state, virtualHost: virtualHost, repair) + limitFaults(in: state, repair)
    }

    /// What may be meant so, one sentence each: queues and exchanges that have the topology's prefix and are unknown,
    /// which may be left from an earlier release or belong to somebody who should use another name; and
    /// operator policies that drop dead letters.
    public func hints(in state: BrokerState) -> [String] {
        let known = Set(queues.map(\.name))
        let queueHints = state[.queues].map { $0.text("name") }.filter { name in
            name.hasPrefix("\(prefix).") && !known.contains(name) && !isOfAnotherOwner(name)
        }.map { "queue \($0) is not part of the topology, but has its prefix" }
        let exchangeHints = state[.exchanges].map { $0.text("name") }.filter { name in
            name.hasPrefix("\(prefix).") && !exchanges.contains(name) && !isOfAnotherOwner(name)
        }.map { "exchange \($0) is not part of the topology, but has its prefix" }
        return queueHints.sorted() + exchangeHints.sorted() + hintsOfDroppedLetters(in: state)
    }

    /// The names that are left to others: subscribers' queues, event forks, and the queue of a process for answers.
    private func isOfAnotherOwner(_ name: String) -> Bool {
        let rest = name.dropFirst(prefix.count)
        if rest.hasPrefix(".fork.") || rest.hasPrefix(".subscriber.") { return true }
        let answers = "\(Exchange.answers.rawValue)."
        guard rest.hasPrefix(answers) else { return false }
        return rest.dropFirst(answers.count).wholeMatch(of: /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/) != nil
    }
}
