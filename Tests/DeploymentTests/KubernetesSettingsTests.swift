@testable import Settings
import Testing
import Yams

@Suite struct `The settings in the manifests for Kubernetes` {
    /// Their defaults are of no use in a container.
    private static let needed = [
        "BELFRY_AMQP_URL", "BELFRY_STORE_URL", "BELFRY_SIGNING_KEYS", "BELFRY_CALLBACK_BASE_URL",
        "BELFRY_HEALTH_LISTEN",
        "BELFRY_API_LISTEN", "BELFRY_CALLBACK_LISTEN", "BELFRY_EXPORT_FOLDER", "BELFRY_EXPORT_NAME",
    ]

    private static func program(of workload: Manifest) -> Program? {
        workload.container["command"]?[0]?.string.flatMap(Program.init(rawValue:))
    }

    private static func workloads() throws -> [Manifest] { try Manifest.all().filter { $0.template != nil } }

    @Test func `start each daemon once, in the image of this version`() throws {
        let workloads = try Self.workloads()
        let daemons = workloads.filter { ["Deployment", "StatefulSet"].contains($0.kind) }
        #expect(Set(daemons.map(\.name)) == Set(Program.daemons.map(\.rawValue)))
        for daemon in daemons {
            #expect(daemon.container["command"].items.map(\.string) == [daemon.name])
            #expect(daemon.pod["terminationGracePeriodSeconds"]?.int == 30, "\(daemon.name)")
        }
        for workload in workloads {
            #expect(Self.program(of: workload) != nil, "\(workload.name)")
            let image = workload.container["image"]?.string ?? ""
            #expect(image.hasSuffix("belfry:\(Build.version)"), "\(workload.name)")
        }
        let image = try Manifest.all(of: "Kustomization").compactMap { $0.node["images"]?[0] }
        #expect(image.map { $0["newTag"]?.string } == [Build.version])
        #expect(image.map { $0["name"]?.string } == ["belfry"])
    }

    @Test func `are settings that the program reads, with all that it needs, and no secret among them`() throws {
        for workload in try Self.workloads() {
            let program = try #require(Self.program(of: workload))
            let rows = AllSettings.rows(of: program)
            let variables = workload.variables.filter { $0.name.hasPrefix("BELFRY_") }
            let names = variables.map(\.name)
            #expect(Set(names).count == names.count, "\(workload.name)")
            let readable = rows.map { $0.fileVariable ?? $0.variable }
            #expect(names.filter { !readable.contains($0) } == [], "\(workload.name)")
            guard program != .belfry else { continue }
            let missing = rows.filter { row in
                Self.needed.contains(row.variable) && !names.contains(row.fileVariable ?? row.variable)
                    // Its default is for the default of BELFRY_CALLBACK_BASE_URL.
                    && !(program == .courierd && row.variable == "BELFRY_CALLBACK_LISTEN")
            }
            #expect(missing.map(\.variable) == [], "\(workload.name)")
            #expect(workload.variables.contains { $0.name == "SWIFT_BACKTRACE" && $0.value == "enable=no" })
        }
    }

    @Test func `name files and keys that there are, and every key is used`() throws {
        let maps = try Manifest.all(of: "ConfigMap")
        let secrets = try Manifest.all(of: "Secret")
        var used: Set<String> = []
        for workload in try Self.workloads() {
            for variable in workload.variables {
                if variable.name.hasSuffix("_FILE") {
                    #expect(workload.secretFiles[variable.value ?? ""] != nil, "\(workload.name) \(variable.name)")
                }
                guard let settings = variable.settings else { continue }
                #expect(settings.key == variable.name, "\(workload.name)")
                let map = maps.first { $0.name == settings.map }
                #expect(map?.node["data"]?[settings.key]?.string != nil, "\(workload.name) \(variable.name)")
                used.insert(settings.key)
            }
            for (path, source) in workload.secretFiles {
                let data = secrets.first { $0.name == source[0] }?.node["stringData"]
                #expect(data?[source[1]]?.string != nil, "\(workload.name) \(path)")
                #expect(workload.variables.contains { $0.value == path }, "\(workload.name) \(path)")
                used.insert(source.joined(separator: "/"))
            }
        }
        let settings = maps.flatMap { $0.node["data"]?.names ?? [] }
        #expect(settings.filter { !used.contains($0) } == [])
        let keys = secrets.flatMap { secret in
            (secret.node["stringData"]?.names ?? []).map { "\(secret.name)/\($0)" }
        }
        #expect(keys.filter { !used.contains($0) } == [])
        // Each daemon gets the URL with the broker user of its own.
        for daemon in try Manifest.all(of: "Deployment", "StatefulSet") {
            #expect(daemon.secretFiles["/etc/belfry/secrets/amqp-url"] == ["belfry-broker", daemon.name])
            let url = secrets.first { $0.name == "belfry-broker" }?.node["stringData"]?[daemon.name]?.string
            #expect(url?.hasPrefix("amqps://belfry-\(daemon.name):PASSWORD@") == true)
        }
    }

    @Test func `hold values that the programs take`() throws {
        let data = try #require(try Manifest.all(of: "ConfigMap").first?.node["data"]?.texts)
        #expect(AllSettings.inFlight.accepts(data["BELFRY_IN_FLIGHT"]))
        #expect(AllSettings.historyDays.accepts(data["BELFRY_HISTORY_DAYS"]))
        #expect(AllSettings.redeliverAfterSeconds.accepts(data["BELFRY_REDELIVER_AFTER_SECONDS"]))
        #expect(AllSettings.logLevel.accepts(data["BELFRY_LOG_LEVEL"]))
        #expect(AllSettings.logFormat.accepts(data["BELFRY_LOG_FORMAT"]))
        let service = try #require(try Manifest.all(of: "Service").first { $0.name == "belfry-callback" })
        let port = service.spec["ports"]?[0]?["port"]?.int ?? 0
        #expect(data["BELFRY_CALLBACK_BASE_URL"] == "http://belfry-callback.belfry.svc:\(port)")
    }

    @Test func `give probes the port of the health endpoint, and services those of the other two`() throws {
        for daemon in try Manifest.all(of: "Deployment", "StatefulSet") {
            func port(_ variable: String) -> Int? {
                let value = daemon.variables.first { $0.name == variable }?.value
                return value.flatMap(ListenAddress.init)?.port
            }
            #expect(port("BELFRY_HEALTH_LISTEN") == 9_100, "\(daemon.name)")
            let listens = [
                "health": "BELFRY_HEALTH_LISTEN", "api": "BELFRY_API_LISTEN", "callback": "BELFRY_CALLBACK_LISTEN",
            ]
            #expect(daemon.ports == listens.compactMapValues { port($0) }, "\(daemon.name)")
            let paths = ["startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"]
            for (probe, path) in paths {
                let request = daemon.container[probe]?["httpGet"]
                #expect(request?["path"]?.string == path, "\(daemon.name) \(probe)")
                #expect(request?["port"]?.string == "health", "\(daemon.name) \(probe)")
            }
            let notes = daemon.template?["metadata"]?["annotations"]?.texts
            #expect(notes?["prometheus.io/port"] == "9100", "\(daemon.name)")
        }
    }
}

extension Setting {
    /// Whether a program takes this text as the setting's value.
    fileprivate func accepts(_ text: String?) -> Bool {
        guard let text, let program = row.readBy.first else { return false }
        return (try? value(in: Settings(program: program, flags: [:], environment: [row.variable: text]))) != nil
    }
}
