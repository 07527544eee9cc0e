import ArgumentParser
import JobCore

struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Runs an execution that is over again, as a new execution.",
        discussion: "The new execution has the payload of the old one, unless another is given.")
    @OptionGroup var api: APIOptions
    @Argument(help: "The id of the execution.", transform: Arguments.executionID) var id: ExecutionID
    @OptionGroup var options: RunOptions

    func run() async throws {
        try await options.start(try api.client(), "/executions/\(id)/retry")
    }
}
