import Foundation
import JSON
import TestServers

/// Three RabbitMQ nodes that are one cluster, on the loopback. A quorum queue that is declared now is on all of them.
struct PrivateCluster {
    private struct Node {
        var folder: String
        var port: Int
    }

    private let nodes: [Node]

    /// The AMQP URL of the first node, for the user `admin`.
    var url: String { "amqp://admin:secret@127.0.0.1:\(nodes[0].port)/" }

    /// Starts the nodes. The first has a classic queue, which needs no other node.
    static func start(_ name: String, classicQueue: String) async throws -> PrivateCluster {
        let definitions = """
            {"users": [{"name": "admin", "password": "secret", "tags": "administrator", "limits": {}}],
            "vhosts": [{"name": "/"}],
            "permissions": [{"user": "admin", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}],
            "queues": [{"name": "\(classicQueue)", "vhost": "/", "durable": true, "auto_delete": false,
            "arguments": {}}]}
            """
        let nodes = try (1...3).map { Node(folder: Project.home("\(name)-\($0)"), port: try Project.freePort()) }
        // The nodes find each other by one name server, and trust each other by one cookie.
        let names = try Project.freePort()
        for (index, node) in nodes.enumerated() {
            _ = try? await Program.script("broker", ["stop", node.folder])
            try? FileManager.default.removeItem(atPath: node.folder)
            try FileManager.default.createDirectory(atPath: node.folder, withIntermediateDirectories: true)
            func write(_ text: String, to file: String) throws {
                try "\(text)\n".write(toFile: "\(node.folder)/\(file)", atomically: true, encoding: .utf8)
            }
            let (dist, control) = (try Project.freePort(), try Project.freePort())
            try write("dist_port=\(dist) epmd_port=\(names) ctl_port=\(control)", to: "ports")
            try write("PRIVATECLUSTERCOOKIE", to: ".erlang.cookie")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o400], ofItemAtPath: "\(node.folder)/.erlang.cookie")
            guard index > 0 else {
                try write(definitions, to: "definitions.json")
                continue
            }
            try write(
                """
                cluster_formation.peer_discovery_backend = classic_config
                cluster_formation.classic_config.nodes.1 = belfry-\(nodes[0].port)@localhost
                cluster_formation.classic_config.nodes.2 = belfry-\(node.port)@localhost
                """, to: "extra.conf")
        }
        let cluster = PrivateCluster(nodes: nodes)
        try await Program.script(
            "broker", ["start", nodes[0].folder, String(nodes[0].port), "\(nodes[0].folder)/definitions.json"])
        // One after the other: two that join a cluster at once can get into each other's way.
        for node in nodes.dropFirst() { try await start(node) }
        try await cluster.untilTogether()
        return cluster
    }

    private static func start(_ node: Node) async throws {
        try await Program.script("broker", ["start", node.folder, String(node.port)])
    }

    private static func stop(_ nodes: some Collection<Node>) async throws {
        try await withThrowingTaskGroup { group in
            for node in nodes { group.addTask { try await Program.script("broker", ["stop", node.folder]) } }
            try await group.waitForAll()
        }
    }

    /// Starts the second and the third node again, and waits until all are together.
    func startOthers() async throws {
        try await withThrowingTaskGroup { group in
            for node in nodes.dropFirst() { group.addTask { try await Self.start(node) } }
            try await group.waitForAll()
        }
        try await untilTogether()
    }

    private func untilTogether() async throws {
        _ = try await until("the nodes are one cluster") {
            // A node that is starting does not answer.
            let status = try? await control(["cluster_status", "--formatter", "json"])
            let running = try? JSONValue(parsing: Array((status ?? "").utf8))["running_nodes"]?.array
            return running?.count == nodes.count ? true : nil
        }
    }

    /// Stops the second and the third node: a quorum queue has lost its majority.
    func stopOthers() async throws {
        try await Self.stop(nodes.dropFirst())
    }

    func stop() async throws {
        // The first has the name server.
        try await stopOthers()
        try await Self.stop(nodes.prefix(1))
    }

    /// Runs `rabbitmqctl` for the first node.
    func control(_ arguments: [String]) async throws -> String {
        try await Program.script("broker", ["ctl", nodes[0].folder] + arguments)
    }
}
