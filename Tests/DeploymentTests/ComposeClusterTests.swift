import JSON
import TestServers
import Testing

@Suite struct `The Compose file for a cluster of brokers` {
    private static func project() async throws -> ComposeProject {
        try await ComposeProject("compose.yaml", "compose.cluster.yaml")
    }
    private static func nodes(of project: ComposeProject) -> [ComposeProject.Service] {
        project.services.filter { $0.texts("command") == ["/run/cluster/node"] }
    }

    @Test func `has three nodes that are alike, each with its name and its data`() async throws {
        let nodes = Self.nodes(of: try await Self.project())
        #expect(nodes.map(\.name) == ["rabbitmq", "rabbitmq-2", "rabbitmq-3"])
        let shared = ["image", "restart", "stop_grace_period", "networks"]
        for node in nodes {
            #expect(node.node["hostname"]?.string == node.name)
            #expect(node.secrets["/run/secrets/erlang_cookie"] == "erlang_cookie", "\(node.name)")
            for field in shared { #expect(node.node[field] == nodes[0].node[field], "\(node.name): \(field)") }
            #expect(node.healthCheck == nodes[0].healthCheck, "\(node.name)")
            let mounts = node.texts("volumes")
            #expect(mounts.contains("./cluster:/run/cluster:ro"), "\(node.name)")
            #expect(mounts.contains("./cluster/rabbitmq.conf:/etc/rabbitmq/conf.d/30-cluster.conf:ro"), "\(node.name)")
        }
        let data = nodes.flatMap { $0.texts("volumes") }.filter { $0.hasSuffix(":/var/lib/rabbitmq") }
        #expect(data.count == 3 && Set(data).count == 3)
    }

    @Test func `names the same nodes in the configuration and in the script for the queues' members`() async throws {
        let names = Self.nodes(of: try await Self.project()).map { "rabbit@\($0.name)" }
        let configuration = try ComposeProject.text(of: "cluster/rabbitmq.conf")
        let named = configuration.matches(of: #/classic_config\.nodes\.\d = (\S+)/#).map { String($0.1) }
        #expect(named == names)
        #expect(configuration.contains("\ncluster_partition_handling = pause_minority\n"))
        let script = try ComposeProject.text(of: "cluster/members")
        #expect(script.contains("\nnodes=\"\(names.joined(separator: " "))\"\n"))
    }

    @Test func `gives the queues their members once all nodes are there, and tries again until it has done so`()
        async throws
    {
        let project = try await Self.project()
        let members = try #require(project["queue-members"])
        for node in Self.nodes(of: project) {
            #expect(members.node["depends_on"]?[node.name]?["condition"]?.string == "service_healthy", "\(node.name)")
        }
        #expect(members.node["restart"]?.string == "on-failure")
        #expect(members.secrets["/run/secrets/erlang_cookie"] == "erlang_cookie")
    }
}
