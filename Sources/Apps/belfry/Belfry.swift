import ArgumentParser
import Commands
import Foundation
import JobCore
import Settings
import Store

/// The command line. It exits with 0 if the command was carried out, 1 if it was refused, and 2 for wrong usage, which
/// includes wrong settings.
struct Belfry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "belfry", abstract: "Cron for microservices over RabbitMQ.",
        discussion: """
            Keys and passwords are taken from the environment only, since flags are visible in the list of processes: \
            BELFRY_API_KEY, BELFRY_SIGNING_KEYS, BELFRY_MANAGEMENT_URL, and a BELFRY_AMQP_URL with a password. \
            Each of these variables with _FILE at its end names a file with the value instead.
            """, version: Build.line(of: .belfry),
        subcommands: [
            StatusCommand.self, JobsCommand.self, RunCommand.self, RetryCommand.self, CancelCommand.self,
            ExecutionsCommand.self, FollowCommand.self, ServicesCommand.self, SchedulesCommand.self, AuditCommand.self,
            ExplainCommand.self, ReadyCommand.self, DoctorCommand.self, TopologyCommand.self, ForksCommand.self,
            EventsCommand.self, DeadCommand.self, KeysCommand.self, SecretsCommand.self, StoreCommand.self,
            MockCommand.self,
        ])

    static func main() async {
        do {
            try refuseSecretFlags()
            var command = try parseAsRoot()
            ZoneDatabase.shared.use(folder: try AllSettings.tzdir.value(in: Settings(program: .belfry, flags: [:])))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as Refused {
            end(error.lines, status: 1)
        } catch let error as InvalidFiles {
            end(error.lines, status: 1)
        } catch let error as FileFault {
            end(["\(error)"], status: 1)
        } catch let error as LetterAnswerFault {
            end(["\(error)"], status: 1)
        } catch let error as StoreError {
            end(["\(error)"], status: 1)
        } catch let error as BackupError {
            end(["\(error)"], status: 1)
        } catch let error as SettingsError {
            end(error.problems, status: 2)
        } catch {
            // ArgumentParser reports help as an error with code 0, and wrong usage with 64.
            let code = exitCode(for: error)
            let text = fullMessage(for: error)
            if !text.isEmpty { code == .success ? Output.lines(text) : Output.note(text) }
            Foundation.exit(code == .validationFailure ? 2 : code.rawValue)
        }
    }

    /// Names the variable to use, which “unknown option” would not. It never shows the value.
    private static func refuseSecretFlags() throws(SettingsError) {
        let problems = AllSettings.rows(of: .belfry).filter(\.isSecret).filter { row in
            CommandLine.arguments.dropFirst().contains { $0 == row.flag || $0.hasPrefix(row.flag + "=") }
        }.map(\.secretFlagFault)
        guard problems.isEmpty else { throw SettingsError(problems) }
    }

    private static func end(_ lines: [String], status: Int32) -> Never {
        Output.failure(lines)
        Foundation.exit(status)
    }
}
