import Foundation
import JSON
import TestServers

/// What Compose makes of files of `compose/`.
struct ComposeProject {
    static let folder = "\(Project.root)/compose"

    /// Differences between a file and the schema of Compose.
    var faults: [String]
    var services: [Service]
    /// The networks, the volumes and the secrets by their names.
    private var parts: [String: [String: JSONValue]]

    /// Merges the files. Throws if one can't be read.
    init(_ files: String...) async throws {
        let python = try await Program.script("python", ["deployment"])
        let finished = try await Program.run(
            python.trimmingCharacters(in: .whitespacesAndNewlines),
            ["\(Project.root)/Tests/Python/compose_files.py"] + files.map { "\(Self.folder)/\($0)" })
        guard finished.status == 0 else { throw TestFailure(finished.errors) }
        let found = try JSONValue(parsing: Array(finished.output.utf8))
        faults = found["faults"].texts
        let merged = found["merged"].fields
        parts = merged.mapValues { JSONValue?.some($0).fields }
        services = (parts["services"] ?? [:]).sorted { $0.key < $1.key }.map(Service.init)
    }

    func part(_ kind: String) -> [String: JSONValue] { parts[kind] ?? [:] }

    subscript(_ name: String) -> Service? { services.first { $0.name == name } }

    /// The text of a file of the folder. Throws if it can't be read.
    static func text(of file: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
    }

    struct Service {
        var name: String
        var node: JSONValue

        var isBelfry: Bool { node["image"]?.string?.contains("BELFRY_IMAGE") == true }
        /// The path of the program. That of the image is the command line.
        var path: String { node["entrypoint"].texts.first ?? "/usr/bin/belfry" }
        var variables: [String: String] { node["environment"].fields.compactMapValues(\.string) }
        /// The secrets by the paths of their files in the container.
        var secrets: [String: String] {
            let pairs = (node["secrets"]?.array ?? []).map { secret in
                if let name = secret.string { return ("/run/secrets/\(name)", name) }
                return (secret["target"]?.string ?? "", secret["source"]?.string ?? "")
            }
            return Dictionary(uniqueKeysWithValues: pairs)
        }
        var healthCheck: [String] { node["healthcheck"]?["test"].texts ?? [] }

        func texts(_ field: String) -> [String] { node[field].texts }
    }
}

extension JSONValue? {
    /// The texts of a list; none if there is no list.
    var texts: [String] { self?.array?.compactMap(\.string) ?? [] }

    /// The fields of an object; none if there is no object.
    var fields: [String: JSONValue] {
        guard case .object(let fields) = self else { return [:] }
        return fields
    }
}
