import Foundation
import TestServers
import Yams

/// One resource of a file of YAML.
struct Manifest {
    /// The file, below `deploy/kubernetes`.
    var file: String
    var node: Node

    static let folder = "\(Project.root)/deploy/kubernetes"

    /// The files of YAML, below `folder`.
    static let files: [String] = ["", "keda/"].flatMap { part in
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(part)")) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().map { part + $0 }
    }

    /// The resources of all files. A name that is twice in a mapping is an error.
    static func all() throws -> [Manifest] {
        try files.flatMap { file in
            let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            return try Yams.compose_all(yaml: text).map { Manifest(file: file, node: $0) }
        }
    }

    static func all(of kinds: String...) throws -> [Manifest] {
        try all().filter { kinds.contains($0.kind) }
    }

    var kind: String { node["kind"]?.string ?? "" }
    var name: String { node["metadata"]?["name"]?.string ?? "" }
    var spec: Node { node["spec"] ?? [:] }

    /// What the resource makes pods from, nil if it makes none.
    var template: Node? { spec["template"] ?? spec["jobTemplate"]?["spec"]?["template"] }
    /// The labels of its pods.
    var podLabels: [String: String] { template?["metadata"]?["labels"]?.texts ?? [:] }
    var pod: Node { template?["spec"] ?? [:] }
    /// Its only container.
    var container: Node { pod["containers"]?[0] ?? [:] }
    var ports: [String: Int] {
        Dictionary(
            uniqueKeysWithValues: container["ports"].items.compactMap { port in
                port["name"]?.string.flatMap { name in port["containerPort"]?.int.map { (name, $0) } }
            })
    }
    var variables: [Variable] { container["env"].items.map(Variable.init) }
    /// The paths of the files of secrets in the container, each with the secret and the key that it holds.
    var secretFiles: [String: [String]] {
        let mounts = container["volumeMounts"].items.map { ($0["name"]?.string, $0["mountPath"]?.string ?? "") }
        var files: [String: [String]] = [:]
        for volume in pod["volumes"].items {
            guard let (_, path) = mounts.first(where: { $0.0 == volume["name"]?.string }) else { continue }
            for secret in (volume["projected"]?["sources"]).items.compactMap({ $0["secret"] }) {
                for item in secret["items"].items {
                    files["\(path)/\(item["path"]?.string ?? "")"] =
                        [secret["name"]?.string ?? "", item["key"]?.string ?? ""]
                }
            }
        }
        return files
    }
    /// The claims of volumes that its pods mount.
    var claims: [String] {
        pod["volumes"].items.compactMap { $0["persistentVolumeClaim"]?["claimName"]?.string }
    }

    /// Whether it makes pods that a selector of labels selects.
    func makesPods(of labels: [String: String]) -> Bool {
        template != nil && labels.allSatisfy { podLabels[$0.key] == $0.value }
    }

    /// A variable of a container.
    struct Variable {
        var name: String
        var value: String?
        /// The ConfigMap and its key that hold the value.
        var settings: (map: String, key: String)?

        init(_ node: Node) {
            name = node["name"]?.string ?? ""
            value = node["value"]?.string
            let source = node["valueFrom"]?["configMapKeyRef"]
            settings = source.map { ($0["name"]?.string ?? "", $0["key"]?.string ?? "") }
        }
    }
}

extension Node {
    /// The texts of a mapping.
    var texts: [String: String] {
        Dictionary(
            uniqueKeysWithValues: (mapping ?? [:]).compactMap { key, value in
                key.string.flatMap { key in value.string.map { (key, $0) } }
            })
    }

    /// The keys of a mapping.
    var names: Set<String> { Set((mapping ?? [:]).compactMap { $0.key.string }) }
}

extension Node? {
    /// The items of a list; none if there is no list.
    var items: [Node] { self?.sequence.map(Array.init) ?? [] }
}
