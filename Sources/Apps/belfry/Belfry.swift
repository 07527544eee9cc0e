import ArgumentParser
import Foundation

/// The command line: exit 0 for done, 1 for refused, 2 for wrong usage.
@main
struct Belfry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "belfry", abstract: "Cron for microservices over RabbitMQ.",
        subcommands: [
            JobsCommand.self, RunCommand.self, CancelCommand.self, ExecutionsCommand.self, FollowCommand.self,
            ExplainCommand.self, TopologyCommand.self, KeysCommand.self, MockCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as Refused {
            FileHandle.standardError.write(Data("belfry: \(error.description)\n".utf8))
            Foundation.exit(1)
        } catch {
            // ArgumentParser prints help to standard output with 0, and a mistake in usage with a code of its own.
            let code = exitCode(for: error)
            let text = fullMessage(for: error)
            let output = code == .success ? FileHandle.standardOutput : FileHandle.standardError
            if !text.isEmpty { output.write(Data((text + "\n").utf8)) }
            Foundation.exit(code == .validationFailure ? 2 : code.rawValue)
        }
    }
}

/// What was asked for can't be done; the text says why.
struct Refused: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Standard output, by the line.
enum Output {
    static func line(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    /// Rows with aligned columns.
    static func table(_ header: [String], _ rows: [[String]]) {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        for row in all {
            let cells = zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
            line(cells.joined(separator: "  ").trimmingCharacters(in: .whitespaces))
        }
    }
}
