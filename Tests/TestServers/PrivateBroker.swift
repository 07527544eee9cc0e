import Foundation

/// A RabbitMQ node for tests, with Belfry's topology, on the loopback.
public struct PrivateBroker: Sendable {
    /// The folder of the node's configuration, data and log.
    public let folder: String
    /// The port for AMQP.
    public let port: Int
    /// The port for AMQP over TLS.
    public let tlsPort: Int
    /// The port of the management API.
    public let managementPort: Int

    /// The AMQP URL of the user `admin`, who has all permissions.
    public var url: String { url(user: "admin") }

    /// The AMQP URL of a user.
    public func url(user: String, host: String = "127.0.0.1") -> String { "amqp://\(user):secret@\(host):\(port)/" }

    /// Starts a node with Belfry's definitions for `prefix`. The password of every user is `secret`.
    public static func start(_ name: String, prefix: String = "belfry") async throws -> PrivateBroker {
        let folder = Project.home(name)
        _ = try? await Program.script("broker", ["stop", folder])
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let names = [
            "operator", "tickerd", "dispatcherd", "courierd", "ingesterd", "reaperd", "consoled", "deadletterd",
            "service", "subscriber",
        ]
        let passwords = names.map { "\(prefix)-\($0)=secret" } + ["admin=secret"]
        try passwords.joined(separator: "\n").write(toFile: "\(folder)/passwords", atomically: true, encoding: .utf8)
        let definitions = try await Program.run(
            "\(Project.bin)/belfry",
            [
                "topology", "print", "--prefix", prefix, "--passwords", "\(folder)/passwords", "--administrator",
                "admin",
            ])
        guard definitions.status == 0 else { throw TestFailure(definitions.errors) }
        try definitions.output.write(toFile: "\(folder)/definitions.json", atomically: true, encoding: .utf8)
        let broker = PrivateBroker(
            folder: folder, port: try Project.freePort(), tlsPort: try Project.freePort(),
            managementPort: try Project.freePort())
        try "[rabbitmq_management, rabbitmq_stream].".write(
            toFile: "\(folder)/enabled_plugins", atomically: true, encoding: .utf8)
        try await broker.makeCertificates()
        try await broker.boot()
        return broker
    }

    /// Starts the node, which may have been stopped or killed before, and waits until the topology is complete.
    public func boot() async throws {
        try await Program.script("broker", ["start", folder, String(port), "\(folder)/definitions.json"])
        _ = try await until("the broker is up") {
            let check = try await Program.run(
                "\(Project.bin)/belfry", ["topology", "check"], environment: ["BELFRY_AMQP_URL": url])
            return check.status == 0 ? true : nil
        }
    }

    /// Kills the node with SIGKILL.
    public func kill() async throws { try await Program.script("broker", ["kill", folder]) }
    /// Stops the node.
    public func stop() async throws { try await Program.script("broker", ["stop", folder]) }

    /// Runs `rabbitmqctl` and returns its output.
    @discardableResult
    public func control(_ arguments: [String]) async throws -> String {
        try await Program.script("broker", ["ctl", folder] + arguments)
    }

    /// The pid of the node; 0 if it was not started.
    public var pid: Int32 {
        let text = try? String(contentsOfFile: "\(folder)/node.pid", encoding: .utf8)
        return text.flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0
    }

    /// Creates a certificate authority and a server certificate for `localhost`, and configures the TLS listener and
    /// the management API.
    private func makeCertificates() async throws {
        let commands = [
            "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=belfry-test-ca",
            "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost",
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile san",
        ]
        try "subjectAltName=DNS:localhost\n".write(toFile: "\(folder)/san", atomically: true, encoding: .utf8)
        for command in commands {
            let made = try await Program.run("/bin/sh", ["-c", "cd '\(folder)' && openssl \(command)"])
            guard made.status == 0 else { throw TestFailure(made.errors) }
        }
        let streamPort = try Project.freePort()
        let configuration = """
            listeners.ssl.default = 127.0.0.1:\(tlsPort)
            ssl_options.cacertfile = \(folder)/ca.pem
            ssl_options.certfile = \(folder)/server.pem
            ssl_options.keyfile = \(folder)/server.key
            management.tcp.ip = 127.0.0.1
            management.tcp.port = \(managementPort)
            management_agent.disable_metrics_collector = true
            stream.listeners.tcp.1 = 127.0.0.1:\(streamPort)
            """
        try configuration.write(toFile: "\(folder)/extra.conf", atomically: true, encoding: .utf8)
    }
}
