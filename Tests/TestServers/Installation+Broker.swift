import Foundation

/// The RabbitMQ of an installation: one node, or a cluster of three. The nodes of a cluster are numbered from 1.
extension Installation {
    private var folder: String { nodeCount == 1 ? "\(home)/broker" : "\(home)/cluster" }

    private func folder(ofNode node: Int) -> String { nodeCount == 1 ? folder : "\(folder)/\(node)" }

    private func port() throws -> String {
        try String(contentsOfFile: "\(home)/broker-port", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The numbers of all nodes.
    public var nodes: ClosedRange<Int> { 1...nodeCount }

    /// Does `start`, `stop` or `kill` to all nodes.
    public func broker(_ action: String) async throws {
        let start = try ["start", folder, port(), "\(home)/definitions"]
        try await Program.script(
            nodeCount == 1 ? "broker" : "cluster", action == "start" ? start : [action, folder])
    }

    /// Does `start`, `stop` or `kill` to one node of a cluster.
    public func node(_ node: Int, _ action: String) async throws {
        let start = try ["start", folder(ofNode: node), port()]
        try await Program.script("broker", action == "start" ? start : [action, folder(ofNode: node)])
    }

    /// The pid of a node; 0 if it was not started.
    public func pid(ofNode node: Int) -> Int32 {
        let text = try? String(contentsOfFile: "\(folder(ofNode: node))/node.pid", encoding: .utf8)
        return text.flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0
    }

    /// Runs `rabbitmqctl` for a node and returns its output. Throws if the node of a cluster gives no answer for 15 s,
    /// as one that is frozen or cut off.
    @discardableResult
    public func controlNode(_ node: Int, _ arguments: [String]) async throws -> String {
        if nodeCount == 1 { return try await Program.script("broker", ["ctl", folder] + arguments) }
        let finished = try await Program.run(
            "/usr/bin/timeout", ["15", "\(Project.root)/Scripts/broker", "ctl", folder(ofNode: node)] + arguments)
        guard finished.status == 0 else {
            throw TestFailure("node \(node): \(arguments[0]) exited with \(finished.status): \(finished.errors)")
        }
        return finished.output
    }

    /// Runs `rabbitmqctl` for the first node that answers, and returns its output.
    @discardableResult
    public func controlBroker(_ arguments: [String]) async throws -> String {
        for node in nodes.dropLast() {
            if let output = try? await controlNode(node, arguments) { return output }
        }
        return try await controlNode(nodeCount, arguments)
    }

    /// Waits until all nodes are one cluster.
    public func untilNodesAreTogether() async throws {
        guard nodeCount > 1 else { return }
        for node in nodes {
            _ = try await until("node \(node) is in the cluster") {
                try? await controlNode(node, ["await_online_nodes", "\(nodeCount)", "--timeout", "5"])
            }
        }
    }

    /// The node that leads the most queues.
    public func nodeWithMostLeaders() async throws -> Int {
        let leaders = try await controlBroker(["list_queues", "leader", "--no-table-headers"])
            .split(separator: "\n").compactMap { $0.last?.wholeNumberValue }
        let counts = Dictionary(leaders.map { ($0, 1) }, uniquingKeysWith: +)
        guard let most = counts.max(by: { $0.value < $1.value }) else { throw TestFailure("no queue has a leader") }
        return most.key
    }
}
