import Foundation
import JSON
import Settings
import TestServers
import Testing

// Of the two that are named so.
import enum Settings.Program

@Suite struct `The Compose files` {
    /// The defaults of these are of no use in a container.
    private static let needed = [
        "BELFRY_AMQP_URL", "BELFRY_STORE_URL", "BELFRY_SIGNING_KEYS", "BELFRY_CALLBACK_BASE_URL",
        "BELFRY_HEALTH_LISTEN", "BELFRY_API_LISTEN", "BELFRY_CALLBACK_LISTEN", "BELFRY_EXPORT_FOLDER",
        "BELFRY_EXPORT_NAME",
    ]

    private static func base() async throws -> ComposeProject { try await ComposeProject("compose.yaml") }
    private static func scaled() async throws -> ComposeProject {
        try await ComposeProject("compose.yaml", "compose.scale.yaml")
    }
    /// The services of this image, with the program that each runs.
    private static func programs(of project: ComposeProject) -> [(service: ComposeProject.Service, program: Program)] {
        project.services.filter(\.isBelfry).map { ($0, Program(startedAs: $0.path)) }
    }
    /// All but commands and mocks.
    private static func servers(of project: ComposeProject) -> [ComposeProject.Service] {
        project.services.filter {
            $0.isBelfry ? Program(startedAs: $0.path) != .belfry : $0.node["restart"]?.string == "unless-stopped"
        }
    }
    private static func all() async throws -> ComposeProject {
        try await ComposeProject("compose.yaml", "compose.scale.yaml", "compose.postgres.yaml", "compose.cluster.yaml")
    }
    private static func variants() async throws -> [ComposeProject] {
        [
            try await base(), try await scaled(), try await ComposeProject("compose.yaml", "compose.postgres.yaml"),
            try await ComposeProject("compose.yaml", "compose.cluster.yaml"), try await all(),
        ]
    }

    @Test func `are as the schema of Compose has them, alone and merged`() async throws {
        for project in try await Self.variants() { #expect(project.faults == []) }
    }

    @Test func `start each daemon; exporterd only if it is asked for, and a recorder only beside endpoints`()
        async throws
    {
        for project in try await Self.variants() {
            let isScaled = project["balancer"] != nil
            let daemons = Self.programs(of: project).filter { $0.program != .belfry }
            #expect(Set(daemons.map(\.program)) == Set(Program.daemons))
            for (service, program) in daemons {
                #expect(service.texts("entrypoint") == ["/usr/bin/\(program.rawValue)"])
                let profile =
                    program == .exporterd ? "storage" : service.name == "recorder" && !isScaled ? "recorder" : nil
                #expect(service.texts("profiles") == [profile].compactMap(\.self), "\(service.name)")
                #expect(service.node["restart"]?.string == "unless-stopped", "\(service.name)")
                #expect(service.node["stop_grace_period"]?.string == "30s", "\(service.name)")
                let condition = service.node["depends_on"]?["rabbitmq"]?["condition"]?.string
                #expect(condition == "service_healthy", "\(service.name)")
            }
        }
    }

    @Test func `give each program settings that it reads, and all that it needs`() async throws {
        for project in try await Self.variants() {
            for (service, program) in Self.programs(of: project) {
                let rows = AllSettings.rows(of: program)
                let names = service.variables.keys.filter { $0.hasPrefix("BELFRY_") }
                let readable = rows.flatMap { [$0.variable, $0.fileVariable ?? $0.variable] }
                #expect(names.filter { !readable.contains($0) } == [], "\(service.name)")
                let given = names.map { name in rows.first { $0.fileVariable == name }?.variable ?? name }
                #expect(Set(given).count == given.count, "\(service.name)")
                guard program != .belfry else { continue }
                let required = rows.map(\.variable).filter {
                    // A courier reads that of the endpoint for a default only, which is not used.
                    Self.needed.contains($0) && !(program == .courierd && $0 == "BELFRY_CALLBACK_LISTEN")
                }
                #expect(required.filter { !given.contains($0) } == [], "\(service.name)")
            }
        }
    }

    @Test func `give each service the secrets that its settings name, and no others`() async throws {
        for project in try await Self.variants() {
            #expect(Set(project.services.flatMap(\.secrets.values)) == Set(project.part("secrets").keys))
            for (service, program) in Self.programs(of: project) {
                let named = service.variables.filter { $0.key.hasSuffix("FILE") }.map(\.value)
                #expect(named.sorted() == service.secrets.keys.sorted(), "\(service.name)")
                guard program != .belfry else { continue }
                let url = service.variables["BELFRY_AMQP_URL_FILE"]
                #expect(url == "/run/secrets/\(program.rawValue)_amqp_url", "\(service.name)")
            }
        }
    }

    @Test func `run nothing as root, with rights of root, or with a root file system to write to`() async throws {
        let users = ["BELFRY": "10001:10001", "RABBITMQ": "rabbitmq", "HAPROXY": "haproxy", "POSTGRES": "postgres"]
        for service in try await Self.all().services {
            let image = service.node["image"]?.string?.firstMatch(of: #/^\$\{([A-Z]+)_IMAGE:-/#)
            #expect(service.node["user"]?.string == users[String(image?.1 ?? "")], "\(service.name)")
            #expect(service.node["read_only"] == .bool(true), "\(service.name)")
            #expect(service.texts("cap_drop") == ["ALL"], "\(service.name)")
            #expect(service.texts("security_opt") == ["no-new-privileges"], "\(service.name)")
            #expect(service.node["privileged"] == nil && service.node["cap_add"] == nil, "\(service.name)")
        }
    }

    @Test func `check the health of each server, of a daemon at the address where it answers`() async throws {
        for service in Self.servers(of: try await Self.all()) {
            #expect(!service.healthCheck.isEmpty, "\(service.name)")
            guard service.isBelfry else { continue }
            #expect(service.healthCheck == ["CMD", "/usr/bin/belfry", "ready"], "\(service.name)")
            #expect(service.variables["BELFRY_HEALTH_LISTEN"] == "0.0.0.0:9100", "\(service.name)")
        }
        let balancer = try ComposeProject.text(of: "haproxy.cfg")
        #expect(balancer.contains("option httpchk GET /readyz"))
        #expect(balancer.contains("check port 9100 "))
        let balanced = balancer.matches(of: #/server-template (\S+) \d+ \1:(\d+)/#).map { "\($0.1):\($0.2)" }
        #expect(balanced == ["consoled:8080", "ingesterd:8081"])
    }

    @Test func `publish two ports, to this machine only`() async throws {
        let listens = ["consoled": "BELFRY_API_LISTEN", "ingesterd": "BELFRY_CALLBACK_LISTEN"]
        let published = ["127.0.0.1:${BELFRY_API_PORT:-8080}:8080", "127.0.0.1:${BELFRY_CALLBACK_PORT:-8081}:8081"]
        let base = try await Self.base()
        #expect(base.services.flatMap { $0.texts("ports") } == published)
        for (name, variable) in listens {
            let port = base[name]?.texts("ports").first?.split(separator: ":").last ?? ""
            #expect(base[name]?.variables[variable] == "0.0.0.0:\(port)")
        }
        let scaled = try await Self.all()
        #expect(scaled.services.filter { !$0.texts("ports").isEmpty }.map(\.name) == ["balancer"])
        #expect(scaled["balancer"]?.texts("ports") == published)
        #expect(scaled["courierd"]?.variables["BELFRY_CALLBACK_BASE_URL"]?.contains("http://balancer:8081}") == true)
    }

    @Test func `have several of each, and a recorder that is an ingesterd like the callback endpoints`() async throws {
        let project = try await Self.scaled()
        let endpoint = try #require(project["ingesterd"])
        let recorder = try #require(project["recorder"])
        #expect(endpoint.variables["BELFRY_ROLE"] == "callback")
        #expect(recorder.variables["BELFRY_ROLE"] == "recorder")
        func without(_ fields: [String], _ service: ComposeProject.Service) -> [String: JSONValue] {
            service.node.optional.fields.filter { !fields.contains($0.key) }
        }
        #expect(without(["environment", "scale"], endpoint) == without(["environment"], recorder))
        #expect(
            endpoint.variables.filter { $0.key != "BELFRY_ROLE" }
                == recorder.variables.filter { $0.key != "BELFRY_ROLE" })
        let several = project.services.filter { $0.node["scale"]?.integer == 2 }.map(\.name)
        let one = Set(Self.programs(of: project).filter { $0.program != .belfry }.map(\.service.name)).subtracting(
            several)
        #expect(one == ["exporterd", "recorder"])
    }

    @Test func `let couriers reach the containers of one network, and not the machine`() async throws {
        let project = try await Self.base()
        let addresses = project.part("networks")["services"]?["ipam"]?["config"]?.array?.first
        let range = try #require(addresses?["ip_range"]?.string)
        #expect(addresses?["gateway"]?.string == "172.31.243.1")
        #expect(range == "172.31.243.64/26")
        #expect(project["courierd"]?.variables["BELFRY_ALLOWED_NETWORKS"] == "${BELFRY_ALLOWED_NETWORKS:-\(range)}")
        #expect(project.part("networks")["pipeline"]?["internal"] == .bool(true))
        #expect(project["rabbitmq"]?.texts("networks") == ["pipeline"])
    }

    @Test func `use an image with a link for each daemon, of this version and for the user of the files`() throws {
        let text = try ComposeProject.text(of: "Dockerfile")
        let links = text.firstMatch(of: #/for daemon in ([a-z ]+); do/#)?.1.split(separator: " ").map(String.init)
        #expect(links == Program.daemons.map(\.rawValue))
        #expect(text.contains("image.version=\"\(Build.version)\""))
        #expect(text.contains("\nUSER 10001:10001\n"))
        #expect(text.contains("SWIFT_BACKTRACE=enable=no"))
    }
}

extension JSONValue {
    fileprivate var optional: JSONValue? { self }
}
