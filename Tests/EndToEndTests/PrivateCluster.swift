import Foundation
import TestServers

/// Three RabbitMQ nodes that are one cluster, on the loopback. A node that has lost the others goes on by itself. A
/// quorum queue that is declared now is on all of them.
struct PrivateCluster {
    private let folder: String
    private let port: Int

    /// The AMQP URL of the first node, for the user `admin`.
    var url: String { "amqp://admin:secret@127.0.1.1:\(port)/" }

    /// Starts the nodes. The first has a classic queue, which needs no other node.
    static func start(_ name: String, classicQueue: String) async throws -> PrivateCluster {
        let definitions = """
            {"users": [{"name": "admin", "password": "secret", "tags": "administrator", "limits": {}}],
            "vhosts": [{"name": "/"}],
            "permissions": [{"user": "admin", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}],
            "queues": [{"name": "\(classicQueue)", "vhost": "/", "durable": true, "auto_delete": false,
            "arguments": {}}]}
            """
        let cluster = PrivateCluster(folder: Project.home(name), port: try Project.freePort())
        _ = try? await cluster.stop()
        try? FileManager.default.removeItem(atPath: cluster.folder)
        let path = "\(cluster.folder)/definitions"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try definitions.write(toFile: "\(path)/definitions.json", atomically: true, encoding: .utf8)
        try await Program.script("cluster", ["start", cluster.folder, "\(cluster.port)", path])
        return cluster
    }

    /// Starts the second and the third node again, and waits until all are together.
    func startOthers() async throws {
        try await others { ["start", $0, "\(port)"] }
        _ = try await until("the nodes are one cluster") {
            try? await control(["await_online_nodes", "3", "--timeout", "5"])
        }
    }

    /// Stops the second and the third node: a quorum queue has lost its majority.
    func stopOthers() async throws {
        try await others { ["stop", $0] }
    }

    private func others(_ arguments: (_ folder: String) -> [String]) async throws {
        try await withThrowingTaskGroup { group in
            for node in 2...3 {
                let arguments = arguments("\(folder)/\(node)")
                group.addTask { try await Program.script("broker", arguments) }
            }
            try await group.waitForAll()
        }
    }

    func stop() async throws {
        try await Program.script("cluster", ["stop", folder])
    }

    /// Runs `rabbitmqctl` for the first node.
    func control(_ arguments: [String]) async throws -> String {
        try await Program.script("broker", ["ctl", "\(folder)/1"] + arguments)
    }
}
