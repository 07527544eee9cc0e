import TestServers

/// Faults of single nodes. What is done to the whole broker uses a node that answers.
extension FaultInjector {
    func stopNode(_ node: Int, _ action: String, for duration: Duration) async throws {
        try await installation.node(node, action)
        try await Task.sleep(for: duration)
        try await installation.node(node, "start")
    }

    /// `Scripts/network` refuses it outside of a network of its own.
    func act(_ partition: Partition, for duration: Duration) async throws {
        for (from, to) in partition.lost {
            try await Program.script("network", ["drop", "127.0.1.\(from)", "127.0.1.\(to)"])
        }
        try await Task.sleep(for: duration)
        try await Program.script("network", ["restore"])
    }

    /// An alarm of one node blocks the publishers of all.
    func alarmBroker(_ begin: [String], end: [String], for duration: Duration) async throws {
        let node = try await until("a node takes the alarm") {
            for node in installation.nodes where await control(node, begin) { return node }
            return nil
        }
        try await Task.sleep(for: duration)
        _ = try await until("node \(node) takes the end of the alarm") {
            await control(node, end) ? true : nil
        }
    }

    private func control(_ node: Int, _ arguments: [String]) async -> Bool {
        (try? await installation.controlNode(node, arguments)) != nil
    }
}
