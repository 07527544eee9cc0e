import Foundation
import TestServers
import Testing

extension EndToEnd {
    /// What the services in `examples/` do before they serve, and that their sources are right in syntax.
    @Suite struct ExampleSettingsTests {
        private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

        @Test(
            arguments: try await ExampleService.runnable([
                "webhook-python", "webhook-node", "webhook-swift", "webhook-go", "queue-python", "queue-swift",
                "sqs-python",
            ]))
        func `a service ends with one clear line if its secret is missing or wrong`(name: String) async throws {
            let others: [String: String?] = [
                "AMQP_URL": "amqp://127.0.0.1:1/", "SQS_QUEUE_URL": "http://127.0.0.1:1/1/q", "AWS_REGION": "x",
            ]
            // The last one has bytes that are too few, as the text of a password would.
            for wrong in [nil, "", " ", "whsec_", "whsec_!!!!", "\(Self.secret) whsec_", "whsec_c2hvcnQgb25lcw=="] {
                let lines = try await Self.lines(of: name, others.merging(["BELFRY_WEBHOOK_SECRET": wrong]) { $1 })
                #expect(lines.count == 1 && lines.first?.contains("set BELFRY_WEBHOOK_SECRET") == true, "\(lines)")
                #expect(!lines.contains { $0.contains("c2hvcnQ") })
            }
        }

        @Test(arguments: [
            ("queue-python", "AMQP_URL", [nil, "", "example"]), ("queue-swift", "AMQP_URL", [nil, "", "example"]),
            ("events-python", "AMQP_URL", [nil, "", "example"]), ("events-swift", "AMQP_URL", [nil, "", "example"]),
            ("sqs-python", "SQS_QUEUE_URL", [nil, "", "example"]), ("sqs-python", "AWS_REGION", [nil]),
        ])
        func `a service ends with one clear line if the address of its queue is missing or wrong`(
            name: String, variable: String, values: [String?]
        ) async throws {
            let right: [String: String?] = [
                "BELFRY_WEBHOOK_SECRET": Self.secret, "SQS_QUEUE_URL": "http://127.0.0.1:1/1/q", "AWS_REGION": "x",
                // No region from the settings of the user who runs the tests.
                "AWS_CONFIG_FILE": "/dev/null", "AWS_DEFAULT_REGION": nil,
            ]
            for wrong in values {
                let lines = try await Self.lines(of: name, right.merging([variable: wrong]) { $1 })
                #expect(lines.count == 1 && lines.first?.contains(variable) == true, "\(lines)")
            }
        }

        @Test func `the reader of SQS keeps its message hidden through long work, and reports every error of the work`()
            async throws
        {
            let python = try await Program.script("python").trimmingCharacters(in: .whitespacesAndNewlines)
            let finished = try await Program.run(
                python, ["\(Project.root)/Tests/Python/sqs_reader.py"],
                environment: [
                    "BELFRY_WEBHOOK_SECRET": Self.secret, "SQS_QUEUE_URL": "http://127.0.0.1:1/1/q",
                    "STEP_SECONDS": "200", "PYTHONPATH": "\(Project.root)/examples/sqs-python",
                    "PYTHONDONTWRITEBYTECODE": "1",
                ])
            #expect(finished.status == 0, "\(finished.output) \(finished.errors)")
        }

        @Test(arguments: ["webhook-go/main.go", "webhook-node/service.mjs"])
        func `a source has no syntax error, and one would be found`(path: String) async throws {
            let source = "\(Project.root)/examples/\(path)"
            #expect(try await Self.syntaxErrors(in: source) == "")
            let broken = FileManager.default.temporaryDirectory.appending(
                component: "\(UUID().uuidString)-\(URL(filePath: path).lastPathComponent)")
            defer { try? FileManager.default.removeItem(at: broken) }
            try String(contentsOfFile: source, encoding: .utf8).replacing("{", with: "", maxReplacements: 1)
                .write(to: broken, atomically: true, encoding: .utf8)
            #expect(try await Self.syntaxErrors(in: broken.path) != "")
        }

        private static func syntaxErrors(in path: String) async throws -> String {
            let python = try await Program.script("python").trimmingCharacters(in: .whitespacesAndNewlines)
            let finished = try await Program.run(python, ["\(Project.root)/Tests/Python/syntax.py", path])
            guard finished.status == 0 else { throw TestFailure("syntax.py: \(finished.errors)") }
            return finished.output
        }

        /// Starts an example with these variables and without those that are nil, expects that it fails, and returns
        /// what it prints.
        private static func lines(of name: String, _ variables: [String: String?]) async throws -> [Substring] {
            let command = try await ExampleService.commandOfExample(name)
            let unset = variables.filter { $0.value == nil }.map { "-u \($0.key)" }.joined(separator: " ")
            let finished = try await Program.run(
                "/bin/sh", ["-c", "env \(unset) timeout 60 \(command) 2>&1"],
                environment: variables.compactMapValues { $0 })
            #expect(finished.status == 1 && !finished.wasKilled, "\(finished)")
            return finished.output.split(separator: "\n")
        }
    }
}
