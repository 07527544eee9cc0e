import ArgumentParser
import Commands
import JSON
import Messaging

extension DeadCommand {
    struct Peek: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows all of a dead letter, its body included. The letter stays where it is.",
            discussion: """
                A body in JSON is indented; one that is no text is shown as hexadecimal digits. Callback tokens are \
                masked; --json shows them.
                """)
        @OptionGroup var options: DeadClientOptions
        @Argument(help: "The id of the letter.", transform: Arguments.deadLetterID) var id: DeadLetterID
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let letter = try await options.client().done("GET", "/dead-letters/\(id)")
            guard letter.isObject else { throw Refused("the admin API's answer is no dead letter") }
            if json { return Output.line(letter.text) }
            for line in LetterSheet.lines(letter) { Output.line(line) }
        }
    }
}
