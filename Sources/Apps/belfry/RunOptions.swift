import ArgumentParser
import Commands
import JSON
import JobCore

/// The options of commands that start a run.
struct RunOptions: ParsableArguments {
    @Option(help: "The payload of this run, instead of the job's.") var payload: String?
    @Option(
        help: "A file with the payload of this run, or - for standard input.", completion: .file(),
        transform: Arguments.notEmpty)
    var payloadFile: String?
    @Flag(help: "Print the run's status as it changes, until its end. Exits with 1 if the run fails.")
    var follow = false
    @Flag(help: "Print JSON; with --follow the run on record, a line for each change.") var json = false

    func validate() throws {
        guard payload == nil || payloadFile == nil else {
            throw ValidationError("give --payload or --payload-file, and not both")
        }
    }

    /// Requests the run, and says which it is or follows it. Throws ``Refused``, `FileFault`.
    func start(_ client: APIClient, _ path: String) async throws {
        let answer = try await client.done("POST", path, body: try body())
        guard follow else { return Output.line(json ? answer.text : answer["execution_id"]?.cell ?? "") }
        guard let id = answer["execution_id"]?.string.flatMap({ ExecutionID(text: $0) }) else {
            throw Refused("the admin API's answer names no execution, so the run can't be followed")
        }
        try await ExecutionFollower(client: client, id: id, json: json).run()
    }

    private func body() throws -> JSONValue? {
        var text = payload
        if let payloadFile {
            let bytes = try InputFile.read(payloadFile)
            guard let content = String(validating: bytes, as: UTF8.self) else {
                throw Refused("\(payloadFile == "-" ? "standard input" : payloadFile) is not UTF-8: a payload is text")
            }
            text = content
        }
        return text.map { .object(["payload": .string($0)]) }
    }
}
