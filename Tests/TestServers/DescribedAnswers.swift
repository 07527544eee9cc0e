import Foundation

/// Compares answers with an OpenAPI document by a validator for JSON Schemas.
public enum DescribedAnswers {
    /// What `Tests/Python/described_answers.py` has found.
    public struct Findings: Decodable, Sendable {
        /// Answers that are not as the document has them.
        public var faults: [String]
        /// Answers that the document has and that nobody gave: the operation's id and the status.
        public var unseen: [String]
    }

    /// Compares. Each answer is a line of JSON. Throws if the validator can't be run.
    public static func check(document: String, answers: [String]) async throws -> Findings {
        let folder = FileManager.default.temporaryDirectory.appending(component: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (paper, list) = (folder.appending(path: "openapi.json"), folder.appending(path: "answers.jsonl"))
        try document.write(to: paper, atomically: true, encoding: .utf8)
        try answers.joined(separator: "\n").write(to: list, atomically: true, encoding: .utf8)
        let python = try await Program.script("python").trimmingCharacters(in: .whitespacesAndNewlines)
        let script = "\(Project.root)/Tests/Python/described_answers.py"
        let finished = try await Program.run(python, [script, paper.path, list.path])
        guard finished.status == 0 else {
            throw TestFailure("described_answers.py exited with \(finished.status): \(finished.errors)")
        }
        return try JSONDecoder().decode(Findings.self, from: Data(finished.output.utf8))
    }
}
