@testable import Settings
import Testing

@Suite struct `The units of systemd` {
    @Test func `are one for each daemon`() throws {
        let units = try UnitFile.names(in: "systemd").filter { $0.hasSuffix(".service") }
        #expect(units == Program.daemons.map { "belfry-\($0.rawValue)@.service" }.sorted())
    }

    @Test(arguments: Program.daemons)
    func `start their daemon as the user belfry, and belong to the target`(daemon: Program) throws {
        let unit = try UnitFile(daemon: daemon.rawValue)
        #expect(unit["ExecStart"] == ["/usr/bin/\(daemon.rawValue)"])
        #expect(unit["User"] == ["belfry"])
        #expect(unit["PartOf"] == ["belfry.target"])
        #expect(unit["WantedBy"] == ["belfry.target"])
        #expect(unit["DefaultInstance"] == ["1"])
    }

    @Test(arguments: Program.daemons)
    func `restart a daemon that ends or hangs, but not forever at once`(daemon: Program) throws {
        let unit = try UnitFile(daemon: daemon.rawValue)
        let expected = [
            "Type": "notify", "NotifyAccess": "main", "WatchdogSec": "30", "Restart": "always", "RestartSec": "2",
            "TimeoutStopSec": "30", "StartLimitIntervalSec": "300", "StartLimitBurst": "10",
        ]
        for (key, value) in expected { #expect(unit[key] == [value], "\(key)") }
    }

    @Test(arguments: Program.daemons)
    func `set only variables that their daemon reads`(daemon: Program) throws {
        let rows = AllSettings.rows(of: daemon)
        let known = rows.flatMap(\.variables) + ["SWIFT_BACKTRACE"]
        let set = try UnitFile(daemon: daemon.rawValue).environment.map(\.name)
        #expect(set.filter { !known.contains($0) } == [])
        #expect(Set(set).count == set.count)
    }

    @Test(arguments: Program.daemons)
    func `give secrets to their daemon as credentials of systemd`(daemon: Program) throws {
        let unit = try UnitFile(daemon: daemon.rawValue)
        let secrets = AllSettings.rows(of: daemon).filter { $0.secrecy != .open }
        let environment = unit.environment
        #expect(!environment.contains { variable in secrets.contains { $0.variable == variable.name } })
        let files = environment.filter { variable in secrets.contains { $0.fileVariable == variable.name } }
        #expect(
            unit["LoadCredential"].map { $0.prefix { $0 != ":" } }.sorted()
                == files.map { $0.value.dropFirst(3) }.sorted())
        #expect(files.allSatisfy { $0.value.hasPrefix("%d/") })
        // The service broker is optional: an example adds it.
        let missing = secrets.filter { secret in !files.contains { $0.name == secret.fileVariable } }
        #expect(missing.map(\.variable).filter { $0 != "BELFRY_SERVICE_AMQP_URL" } == [])
    }

    @Test(arguments: Program.daemons)
    func `let only the daemons with the store see it`(daemon: Program) throws {
        let unit = try UnitFile(daemon: daemon.rawValue)
        let hasStore = AllSettings.storeURL.row.readBy.contains(daemon)
        #expect(unit["StateDirectory"].contains("belfry") == hasStore)
        #expect(unit["InaccessiblePaths"] == (hasStore ? [] : ["-%S/belfry"]))
        if hasStore { #expect(unit["StateDirectoryMode"] == ["0700"]) }
    }

    @Test func `have a health port each, which the instance completes`() throws {
        let ports = try Program.daemons.map { daemon in
            try #require(try UnitFile(daemon: daemon.rawValue).environment.first { $0.name == "BELFRY_HEALTH_LISTEN" })
                .value
        }
        #expect(Set(ports).count == Program.daemons.count)
        #expect(ports.allSatisfy { $0.hasSuffix("%i") && ListenAddress($0.replacing("%i", with: "1")) != nil })
    }

    @Test(arguments: Program.daemons)
    func `let a daemon do only what it needs`(daemon: Program) throws {
        let unit = try UnitFile(daemon: daemon.rawValue)
        let on = [
            "NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "ProtectClock", "ProtectControlGroups",
            "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables", "LockPersonality",
            "MemoryDenyWriteExecute", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "RemoveIPC",
        ]
        for key in on { #expect(unit[key] == ["yes"], "\(key)") }
        let expected = [
            "CapabilityBoundingSet": "", "ProtectSystem": "strict", "ProtectProc": "invisible",
            "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX", "SystemCallArchitectures": "native",
            "LimitNOFILE": "65536", "UMask": daemon == .exporterd ? "0027" : "0077",
        ]
        for (key, value) in expected { #expect(unit[key] == [value], "\(key)") }
        #expect(unit["SystemCallFilter"] == ["@system-service", "~@privileged @resources", "setpriority"])
    }

    @Test(.enabled(if: UnitFile.hasAnalyzer), arguments: Program.daemons)
    func `have an exposure of 2.5 at most, by systemd's own measure`(daemon: Program) async throws {
        #expect(try await UnitFile.exposure(ofDaemon: daemon.rawValue, isAtMost: 2.5))
        #expect(try await !UnitFile.exposure(ofDaemon: daemon.rawValue, isAtMost: 0.5))
    }

    @Test func `are wanted by the target, but for exporterd`() throws {
        let wanted = try UnitFile("belfry.target")["Wants"].flatMap { $0.split(separator: " ") }.map(String.init)
        #expect(wanted == Program.daemons.filter { $0 != .exporterd }.map { "belfry-\($0.rawValue)@1.service" })
    }

    @Test func `have examples that add secrets as credentials`() throws {
        #expect(try UnitFile.names(in: "systemd/examples") == ["aws.conf", "service-broker.conf"])
        let broker = try UnitFile("examples/service-broker.conf")
        #expect(broker.environment.map(\.name) == [AllSettings.serviceAMQPURL.row.fileVariable])
        #expect(
            broker["LoadCredential"].map { $0.prefix { $0 != ":" } } == broker.environment.map { $0.value.dropFirst(3) }
        )
    }
}

@Suite struct `The example configuration` {
    /// A line that sets a variable, or shows its default in a comment.
    struct Line {
        var file: String
        var name: String
        var value: String
        var isComment: Bool
    }

    private static func lines() throws -> [Line] {
        try UnitFile.names(in: "etc/belfry").flatMap { file in
            try UnitFile.text("etc/belfry/\(file)").matches(of: #/(?m)^(#?)([A-Z_]+)=(.*)$/#).map { match in
                Line(file: file, name: String(match.2), value: String(match.3), isComment: !match.1.isEmpty)
            }
        }
    }

    /// The programs that read a file, by its name: `courierd.env`, `courierd@2.env`, or `belfry.env` for all daemons.
    private static func readers(of file: String) -> [Program] {
        switch file {
        case "belfry.env": Program.daemons
        case "operator.env": [.belfry]
        default: Program.daemons.filter { $0.rawValue == file.prefix { $0 != "." && $0 != "@" } }
        }
    }

    @Test func `names only variables that the readers of the file know`() throws {
        let lines = try Self.lines()
        #expect(lines.count > 20)
        for line in lines {
            let known = Self.readers(of: line.file).flatMap { AllSettings.rows(of: $0).flatMap(\.variables) }
            #expect(known.contains(line.name), "\(line.file): \(line.name)")
        }
    }

    @Test func `holds no secrets, only the files that do`() throws {
        let secrets = Program.allCases.flatMap(AllSettings.rows).filter { $0.secrecy != .open }.map(\.variable)
        #expect(try Self.lines().filter { secrets.contains($0.name) }.map(\.name) == [])
    }

    @Test func `shows the default of what is commented out`() throws {
        let rows = Program.daemons.flatMap(AllSettings.rows)
        for line in try Self.lines() where line.isComment && line.file != "operator.env" {
            guard case .text(let text) = rows.first(where: { $0.variable == line.name })?.fallback, !text.isEmpty
            else { continue }
            #expect(line.value == text, "\(line.file): \(line.name)")
        }
    }

    @Test func `and the units name every setting of the daemons`() throws {
        let named =
            try Self.lines().map(\.name)
            + Program.daemons.flatMap { try UnitFile(daemon: $0.rawValue).environment.map(\.name) }
            + UnitFile("examples/service-broker.conf").environment.map(\.name)
        let rows = Program.daemons.flatMap(AllSettings.rows)
        #expect(rows.filter { Set($0.variables).isDisjoint(with: named) }.map(\.variable) == [])
    }

    @Test func `gives second instances ports of their own`() throws {
        let ports = try Self.lines().filter { $0.name.hasSuffix("_LISTEN") && $0.file != "operator.env" }
        #expect(Set(ports.map(\.value)).count == 4)
        #expect(ports.filter { $0.file.contains("@2") }.allSatisfy { !$0.isComment })
    }
}

@Suite struct `The Debian package` {
    @Test func `has the version of the programs`() throws {
        let first = try UnitFile.text("debian/changelog").prefix { $0 != "\n" }
        #expect(first.hasPrefix("belfry (\(Build.version)-"))
    }

    @Test func `has man pages of all daemons`() throws {
        let names = Program.daemons.map(\.rawValue).joined(separator: " ")
        #expect(try UnitFile.text("manual").contains("DAEMONS = \"\(names)\""))
    }
}
