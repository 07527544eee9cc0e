import ArgumentParser
import Foundation
import JobCore
import Settings
import Store

/// The command line. It exits with 0 if the command was carried out, 1 if it was refused, and 2 for wrong usage.
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
            ZoneDatabase.shared.use(folder: try AllSettings.tzdir.value(in: Settings(program: .belfry, flags: [:])))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch  where error is Refused || error is SettingsError || error is StoreError {
            FileHandle.standardError.write(Data("belfry: \(error)\n".utf8))
            Foundation.exit(1)
        } catch {
            // ArgumentParser reports help as an error with code 0, and wrong usage with 64.
            let code = exitCode(for: error)
            let text = fullMessage(for: error)
            let output = code == .success ? FileHandle.standardOutput : FileHandle.standardError
            if !text.isEmpty { output.write(Data((text + "\n").utf8)) }
            Foundation.exit(code == .validationFailure ? 2 : code.rawValue)
        }
    }
}
