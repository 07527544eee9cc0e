import ArgumentParser
import Commands
import Foundation
import JSON
import JobCore
import SQLiteStore
import Settings
import Store
import StoreAccess

struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Checks the store, brings it up to date, backs it up, and restores a backup.",
        subcommands: [Check.self, Migrate.self, Backup.self, Restore.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Looks for damage in the store, and shows what is in it. Changes nothing.",
            discussion: """
                It reads the whole store, which takes seconds for each GB, also while the daemons run. It exits with 0 \
                if this program can use the store, and with 1 if not.
                """)
        @OptionGroup var options: StoreOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let inspection = try await options.url().inspect(thoroughly: true)
            let sheet = StoreSheet(inspection)
            if json {
                Output.line(JSONValue.object(sheet.fields).text)
            } else {
                Output.table(["STORE", ""], sheet.rows)
            }
            if !inspection.isUsable { throw ExitCode(1) }
        }
    }

    struct Migrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Brings the schema of the store up to date, and creates a store where there is none.",
            discussion: """
                The daemons do the same when they start. This command is for a database in which only its owner may \
                make tables. A store of a newer program is left as it is, and the command exits with 1.
                """)
        @OptionGroup var options: StoreOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let (before, after) = try await options.url().migrate(logger: OutputLogHandler.logger)
            guard !json else {
                let fields = ["from": JSONValue.integer(Int64(before)), "to": .integer(Int64(after))]
                return Output.line(JSONValue.object(fields).text)
            }
            Output.line(before == after ? "schema \(after), up to date" : "schema \(before) is now \(after)")
        }
    }

    struct Backup: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copies the store to a file, and checks the copy. The daemons go on meanwhile.",
            discussion: """
                The file holds all that was on record when the command began. It is readable by its owner alone. \
                belfry store restore puts it back.
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The new file.", completion: .file(), transform: Arguments.notEmpty) var file: String
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let sheet = StoreSheet(try options.backup().copy(to: file))
            Output.line(json ? JSONValue.object(sheet.fields).text : "\(file): \(sheet.summary)")
        }
    }

    struct Restore: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts a backup in the place of the store. All daemons must be stopped.",
            discussion: """
                The backup is checked first. The former store is kept beside the new one. docs/disaster-recovery.md \
                tells what follows from an older store.
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The backup.", completion: .file(), transform: Arguments.notEmpty) var file: String
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let now = SystemTime().now().rfc3339.filter { $0.isLetter || $0.isNumber }
            let (inspection, former) = try options.backup().restore(from: file, now: now)
            let sheet = StoreSheet(inspection)
            guard !json else {
                let more = ["former": former.map { JSONValue.string($0) } ?? .null]
                return Output.line(JSONValue.object(sheet.fields.merging(more) { $1 }).text)
            }
            Output.line("restored \(file): \(sheet.summary)")
            if let former { Output.line("the former store is \(former)") }
            Output.line("next: start the daemons, and run belfry status")
        }
    }
}
