import Foundation
import TestServers
import Testing

@Suite struct `The script of the secrets for Compose` {
    /// Runs the script in a folder, with an engine that prints the name of the command that it is to run.
    private static func run(in folder: URL) async throws -> String {
        let engine = folder.appending(path: "engine")
        let script = folder.appending(path: "secrets")
        if !FileManager.default.fileExists(atPath: script.path) {
            try FileManager.default.copyItem(atPath: "\(ComposeProject.folder)/secrets", toPath: script.path)
            let commands = "#!/bin/sh\n[ \"$1\" = run ] || exit 0\ncat\necho \"$@\"\n"
            try commands.write(to: engine, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: engine.path)
        }
        let finished = try await Program.run(
            script.path, environment: ["ENGINE": engine.path, "BELFRY_IMAGE": "image"])
        #expect(finished.status == 0, "\(finished.errors)")
        return finished.output
    }

    /// The texts of the files that it has made, by their names.
    private static func made(in folder: URL) throws -> [String: String] {
        let secrets = folder.appending(path: "secrets.d")
        let names = try FileManager.default.contentsOfDirectory(atPath: secrets.path)
        return Dictionary(
            uniqueKeysWithValues: try names.map { name in
                (name, try String(contentsOf: secrets.appending(path: name), encoding: .utf8))
            })
    }

    private static func inFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "belfry-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    @Test func `makes each secret of the Compose files, and says so`() async throws {
        let projects = [
            try await ComposeProject("compose.yaml", "compose.postgres.yaml"),
            try await ComposeProject("compose.yaml", "compose.cluster.yaml"),
        ]
        try await Self.inFolder { folder in
            let output = try await Self.run(in: folder)
            let files = try Self.made(in: folder)
            for (name, secret) in projects.flatMap({ $0.part("secrets") }) {
                let file = try #require(secret["file"]?.string)
                #expect(file.hasPrefix("secrets.d/") && files[String(file.dropFirst(10))] != nil, "\(name)")
            }
            for name in files.keys { #expect(output.contains("secrets.d/\(name)\n"), "\(name)") }
            #expect(files["signing_keys"]?.wholeMatch(of: #/main:[A-Za-z0-9+\/]{43}=\n/#) != nil)
            #expect(files["store_service"]?.wholeMatch(of: #/\[belfry\]\npassword=[0-9a-f]{48}\n/#) != nil)
            for name in ["postgres_password", "erlang_cookie"] {
                #expect(files[name]?.wholeMatch(of: #/[0-9a-f]{48}\n/#) != nil, "\(name)")
            }
            #expect(files["api_key"]?.wholeMatch(of: #/belfry_[A-Za-z0-9_-]{43}\n/#) != nil)
            for (name, text) in files where name.hasSuffix("_amqp_url") {
                let user = "belfry-\(name.dropLast(9))"
                let host = #/amqp://([a-z-]+):[0-9a-f]{48}@rabbitmq:5672/(services)?\n/#
                #expect(text.wholeMatch(of: host)?.1 == user[...], "\(name)")
            }
        }
    }

    @Test func `gives each program the URLs of all nodes of a cluster, with its user and password`() async throws {
        let project = try await ComposeProject("compose.yaml", "compose.cluster.yaml")
        let nodes = project.services.filter { $0.node["hostname"] != nil }.map(\.name).sorted()
        #expect(nodes.count == 3)
        try await Self.inFolder { folder in
            _ = try await Self.run(in: folder)
            let files = try Self.made(in: folder)
            for (name, secret) in project.part("secrets") where name.hasSuffix("_amqp_url") {
                let url = try #require(files[name]).dropLast()
                let urls = nodes.map { url.replacing("@rabbitmq:", with: "@\($0):") }
                #expect(secret["file"]?.string == "secrets.d/\(name)s")
                #expect(files["\(name)s"] == urls.joined(separator: ",") + "\n")
            }
        }
    }

    @Test func `gives the definitions the passwords of the secrets`() async throws {
        try await Self.inFolder { folder in
            _ = try await Self.run(in: folder)
            let files = try Self.made(in: folder)
            func password(_ name: String) -> Substring? {
                files["\(name)_amqp_url"]?.firstMatch(of: #/:([0-9a-f]+)@/#)?.1
            }
            let definitions = files.filter { $0.key.hasSuffix(".json") }
            #expect(Set(definitions.keys) == ["pipeline.json", "services.json", "storage.json"])
            for name in files.keys.filter({ $0.hasSuffix("_amqp_url") }).map({ String($0.dropLast(9)) }) {
                let found = try #require(password(name))
                #expect(definitions.values.filter { $0.contains(found) && $0.contains("belfry-\(name)") }.count == 1)
            }
            #expect(definitions["pipeline.json"]?.contains("image topology print --passwords -\n") == true)
            #expect(definitions["storage.json"]?.contains("image forks enable storage --print --passwords -\n") == true)
        }
    }

    @Test func `keeps a secret that exists, and writes only what follows from others`() async throws {
        try await Self.inFolder { folder in
            _ = try await Self.run(in: folder)
            let first = try Self.made(in: folder)
            let output = try await Self.run(in: folder)
            #expect(try Self.made(in: folder) == first)
            #expect(output.split(separator: "\n").allSatisfy { $0.hasSuffix(".json") || $0.hasSuffix("_urls") })
        }
    }

    @Test func `lets the containers' users read the files, and nobody else into the folder`() async throws {
        try await Self.inFolder { folder in
            _ = try await Self.run(in: folder)
            func mode(_ path: String) throws -> Int? {
                let attributes = try FileManager.default.attributesOfItem(atPath: folder.appending(path: path).path)
                return (attributes[.posixPermissions] as? NSNumber)?.intValue
            }
            #expect(try mode("secrets.d") == 0o700)
            for name in try Self.made(in: folder).keys { #expect(try mode("secrets.d/\(name)") == 0o644, "\(name)") }
        }
    }
}
