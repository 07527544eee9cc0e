import Foundation
import JSON
import JobCore
import Yams

/// Reads jobs from YAML or JSON files.
///
/// A document of a file holds one job or a list of jobs. A job is the document that the API takes, with the added
/// fields `service_name` and `job_name`.
enum JobFiles {
    /// A job from a file.
    struct NamedJob {
        var name: JobName
        /// The document that the API takes.
        var document: JSONValue
        /// The path of the file.
        var file: String
    }

    /// Reads a file, or all .yaml, .yml and .json files below a folder.
    ///
    /// Throws ``Refused`` with the mistakes of the first job that is wrong, before anything is sent.
    static func read(_ path: String) throws -> [NamedJob] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Refused("\(path) does not exist")
        }
        guard isFolder.boolValue else { return try readFile(path) }
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return try names.sorted().filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") || $0.hasSuffix(".json") }
            .flatMap { try readFile(path + "/" + $0) }
    }

    private static func readFile(_ path: String) throws -> [NamedJob] {
        guard let data = FileManager.default.contents(atPath: path) else { throw Refused("\(path) can't be read") }
        guard data.count <= 16 * 1_024 * 1_024 else {
            throw Refused("\(path) is too large: give a file of at most 16 MiB")
        }
        let documents: [JSONValue]
        do {
            // Every JSON document is a YAML document.
            documents = try Yams.compose_all(yaml: String(decoding: data, as: UTF8.self)).map(JSONValue.init)
        } catch {
            throw Refused("\(path) is neither YAML nor JSON: \(error)")
        }
        return try documents.flatMap { $0.array ?? [$0] }.enumerated().map { index, value in
            guard case .object(var fields) = value, let service = fields.removeValue(forKey: "service_name")?.string,
                let job = fields.removeValue(forKey: "job_name")?.string
            else { throw Refused("job \(index + 1) in \(path) has no service_name or job_name") }
            let name = JobName(service: service, job: job)
            do throws(InvalidDocument) {
                _ = try JobDocument.parse(.object(fields), name: name)
            } catch {
                let lines = error.errors.map(\.line)
                throw Refused("job \(name) in \(path) is invalid:\n" + lines.joined(separator: "\n"))
            }
            return NamedJob(name: name, document: .object(fields), file: path)
        }
    }
}

extension JSONValue {
    /// Converts a YAML node. Plain scalars become booleans, numbers or null as in the core schema of YAML 1.2.
    fileprivate init(_ node: Node) {
        switch node {
        case .mapping(let mapping):
            let pairs = mapping.map { ($0.key.string ?? "", JSONValue($0.value)) }
            self = .object(Dictionary(pairs) { $1 })
        case .sequence(let sequence): self = .array(sequence.map(JSONValue.init))
        case .scalar(let scalar):
            switch node.any {
            case let value as Bool: self = .bool(value)
            case let value as Int: self = .integer(Int64(value))
            case let value as Double: self = .number(value)
            case is NSNull: self = .null
            // Times are strings in JSON, too.
            default: self = .string(scalar.string)
            }
        case .alias: self = .null
        }
    }
}
