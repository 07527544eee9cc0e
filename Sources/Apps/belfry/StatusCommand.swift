import ArgumentParser
import Commands
import JSON

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows how the installation is: problems first, then stages, queues and jobs.",
        discussion: """
            It needs a key of the scope admin or read. It exits with 0 if there is no problem, and with 1 if there is \
            one. With --watch it shows the status again and again until Ctrl-C, and then exits as after the last one.
            """)
    @OptionGroup var api: APIOptions
    @Flag(help: "Print JSON: one value a line.") var json = false
    @Option(
        defaultAsFlag: 2, help: "Show it again after this number of seconds, 1 to 3,600.",
        transform: Arguments.number(1...3_600)) var watch: Int?

    func run() async throws {
        var client = try api.client()
        client.answerSecondsMax = 10
        guard let watch else { return try end(isOK: try await show(client)) }
        let interruption = await Interruption.watch()
        var isOK = false
        while !interruption.isRequested {
            // An installation that restarts is just what is watched.
            do { isOK = try await show(client) } catch let refusal as Refused {
                isOK = false
                Output.failure(refusal.lines)
            }
            try await interruption.sleep(until: .now + .seconds(watch))
        }
        try end(isOK: isOK)
    }

    private func end(isOK: Bool) throws {
        if !isOK { throw ExitCode(1) }
    }

    /// Returns whether there is no problem.
    private func show(_ client: APIClient) async throws -> Bool {
        let status = try await client.done("GET", "/status")
        let sheet = StatusSheet(status)
        if json {
            Output.line(status.text)
            return sheet.isOK
        }
        if watch != nil { Output.lines("\n\(status["now"]?.string ?? "")") }
        for line in sheet.lines { Output.line(line) }
        for table in sheet.tables {
            Output.line("")
            Output.table(table.header, table.rows)
        }
        return sheet.isOK
    }
}
