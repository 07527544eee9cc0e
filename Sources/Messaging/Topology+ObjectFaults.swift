import JSON

/// The comparison of exchanges, queues and bindings.
extension Topology {
    func exchangeFaults(in state: BrokerState, _ repair: RepairCommand) -> [TopologyFault] {
        exchanges.compactMap { name in
            let expected = "a durable topic exchange without arguments"
            guard let present = state[.exchanges].first(where: { $0.text("name") == name }) else {
                return TopologyFault(
                    .exchangeMissing, "exchange \(name)", expected: expected, found: TopologyFault.nothing,
                    repair: repair.apply)
            }
            let words =
                [present.flag("durable") ? "durable" : "not durable", "type \(present.text("type"))"]
                + ["internal", "auto_delete"].filter(present.flag)
            // An alternate exchange would take the messages that no queue takes, which then are not refused.
            let arguments = present.object("arguments")
            guard words != ["durable", "type topic"] || !arguments.isEmpty else { return nil }
            let with = arguments.isEmpty ? [] : ["with \(JSONValue.object(arguments).text)"]
            return TopologyFault(
                .exchangeDifferent, "exchange \(name)", expected: expected,
                found: (words + with).joined(separator: ", "),
                repair: repair.replace, correction: .deleteExchange(name))
        }
    }

    func queueFaults(in state: BrokerState, _ repair: RepairCommand) -> [TopologyFault] {
        let present = Dictionary(state[.queues].map { ($0.text("name"), $0) }) { first, _ in first }
        return queues.compactMap { queue in
            let expected = "a durable queue with \(JSONValue.object(queue.arguments).text)"
            guard let found = present[queue.name] else {
                return TopologyFault(
                    .queueMissing, "queue \(queue.name)", expected: expected, found: TopologyFault.nothing,
                    repair: repair.apply)
            }
            let flags =
                [found.flag("durable") ? "durable" : "not durable"]
                + ["auto_delete", "exclusive"].filter(found.flag)
            let arguments = found.object("arguments")
            guard arguments != queue.arguments || flags != ["durable"] else { return nil }
            return TopologyFault(
                .queueDifferent, "queue \(queue.name)", expected: expected,
                found: "\(flags.joined(separator: ", ")), with \(JSONValue.object(arguments).text)",
                repair: repair.replace, correction: .deleteQueue(queue.name))
        }
    }

    func bindingFaults(in state: BrokerState, _ repair: RepairCommand) -> [TopologyFault] {
        let names = Set(queues.map(\.name))
        // The broker binds every queue to the default exchange, whose name is empty.
        let present = state[.bindings].filter { binding in
            let destination = binding.text("destination")
            let isOfQueue = binding.text("destination_type") == "queue"
            let leadsToUs = isOfQueue ? names.contains(destination) : exchanges.contains(destination)
            let source = binding.text("source")
            return !source.isEmpty && (leadsToUs || exchanges.contains(source) && !isOpenToOthers(source))
        }
        let queuesThere = Set(state[.queues].map { $0.text("name") })
        let exchangesThere = Set(state[.exchanges].map { $0.text("name") })
        var extra = present.filter { binding in
            binding.text("destination_type") != "queue" || !binding.object("arguments").isEmpty
                || !bindings.contains(binding.place)
        }
        var faults: [TopologyFault] = []
        for binding in bindings where queuesThere.contains(binding.queue) && exchangesThere.contains(binding.exchange) {
            let isThere = present.contains { entry in
                entry.text("destination_type") == "queue" && entry.place == binding
                    && entry.object("arguments").isEmpty
            }
            guard !isThere else { continue }
            let what = "binding of queue \(binding.queue) to exchange \(binding.exchange), key \(binding.routingKey)"
            let other = extra.firstIndex { $0.text("destination_type") == "queue" && $0.place == binding }
            guard let other else {
                faults.append(
                    TopologyFault(
                        .bindingMissing, what, expected: "a binding", found: TopologyFault.nothing,
                        repair: repair.apply))
                continue
            }
            let entry = extra.remove(at: other)
            faults.append(
                TopologyFault(
                    .bindingDifferent, what, expected: "no arguments",
                    found: JSONValue.object(entry.object("arguments")).text, repair: repair.replace,
                    correction: entry.deletion))
        }
        return faults + extra.map { Self.extraBinding($0, repair) }
    }

    private static func extraBinding(_ entry: BrokerEntry, _ repair: RepairCommand) -> TopologyFault {
        let arguments = entry.object("arguments")
        return TopologyFault(
            .bindingExtra,
            "binding of \(entry.text("destination_type")) \(entry.text("destination")) to exchange "
                + "\(entry.text("source")), key \(entry.text("routing_key"))", expected: "no such binding",
            found: arguments.isEmpty ? "the binding" : "the binding, with \(JSONValue.object(arguments).text)",
            repair: repair.replace, correction: entry.deletion)
    }
}

extension BrokerEntry {
    /// The entry of a binding as the topology writes it.
    fileprivate var place: Topology.Binding {
        Topology.Binding(exchange: text("source"), queue: text("destination"), routingKey: text("routing_key"))
    }

    /// The removal of a binding.
    fileprivate var deletion: TopologyFault.Correction {
        .deleteBinding(
            source: text("source"), kind: text("destination_type") == "queue" ? "q" : "e",
            destination: text("destination"), properties: text("properties_key"))
    }
}
