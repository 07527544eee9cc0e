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
        // None of them is used yet, so the same port may come twice.
        var drawn: Set<Int> = []
        while drawn.count < 10 { drawn.insert(try Project.freePort()) }
        var free = Array(drawn)
        let nodes = (1...3).map { Node(folder: Project.home("\(name)-\($0)"), port: free.removeLast()) }
        // The nodes find each other by one name server, and trust each other by one cookie.
        let names = free.removeLast()
        for (index, node) in nodes.enumerated() {
            _ = try? await Program.script("broker", ["stop", node.folder])
            try? FileManager.default.removeItem(atPath: node.folder)
            try FileManager.default.createDirectory(atPath: node.folder, withIntermediateDirectories: true)
            func write(_ text: String, to file: String) throws {
                try "\(text)\n".write(toFile: "\(node.folder)/\(file)", atomically: true, encoding: .utf8)
            }
            let (dist, control) = (free.removeLast(), free.removeLast())
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
        try await cluster.startOthers()
        return cluster
    }

    /// Starts the second and the third node, and waits until all are together.
    func startOthers() async throws {
        for node in nodes.dropFirst() {
            try await Program.script("broker", ["start", node.folder, String(node.port)])
        }
        _ = try await until("the nodes are one cluster", withinSeconds: 60) {
            // A node that is starting does not answer.
            let status = try? await control(["cluster_status", "--formatter", "json"])
            let running = try? JSONValue(parsing: Array((status ?? "").utf8))["running_nodes"]?.array
            return running?.count == nodes.count ? true : nil
        }
    }

    /// Stops the second and the third node: a quorum queue has lost its majority.
    func stopOthers() async throws {
        for node in nodes.dropFirst() { try await Program.script("broker", ["stop", node.folder]) }
    }

    func stop() async throws {
        for node in nodes.reversed() { try await Program.script("broker", ["stop", node.folder]) }
    }

    /// Runs `rabbitmqctl` for the first node.
    func control(_ arguments: [String]) async throws -> String {
        try await Program.script("broker", ["ctl", nodes[0].folder] + arguments)
    }
}
