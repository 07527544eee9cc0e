import ArgumentParser
import JSON
import JobCore

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cancel", abstract: "Cancels an open execution.")
    @OptionGroup var api: APIOptions
    @Argument(help: "The id of the execution.", transform: Arguments.executionID) var id: ExecutionID
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        _ = try await api.client().done("POST", "/executions/\(id)/cancel")
        Output.line(json ? JSONValue.object(["cancelling": .string("\(id)")]).text : "cancelling \(id)")
    }
}
