import ArgumentParser
import Commands
import JSON
import JobCore

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Lists who has changed what, newest first.",
        discussion: """
            With --diff each entry is followed by the fields that it has changed: “-” the value before, “+” the value \
            after.
            """)
    @OptionGroup var api: APIOptions
    @Option(
        help: "Changes at this RFC 3339 time or later, or so long ago, such as 90m or 7d.",
        transform: Arguments.pastTime)
    var since: Instant?
    @Option(help: "Changes before this RFC 3339 time, or so long ago.", transform: Arguments.pastTime)
    var until: Instant?
    @Option(
        help: "Changes by this actor: the name of a key, or local:USER for a command that opened the store.",
        transform: Arguments.notEmpty)
    var actor: String?
    @Option(help: "Changes of this kind, as the column WHAT shows it.", transform: Arguments.notEmpty)
    var action: String?
    @Option(help: "Changes of this service and of its jobs.", transform: Arguments.serviceName) var service: String?
    @Option(help: "With --service: changes of the job of this name.", transform: Arguments.jobNameInService)
    var job: String?
    @Option(help: "How many changes to list, 1 to 100.", transform: Arguments.number(1...100)) var limit = 20
    @Flag(help: "Show the fields that each entry has changed.") var diff = false
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard job == nil || service != nil else { throw ValidationError("give --service with --job") }
    }

    func run() async throws {
        let all: [(String, String?)] = [
            ("since", since?.rfc3339), ("until", until?.rfc3339), ("actor", actor), ("action", action),
            ("service_name", service), ("job_name", job),
        ]
        let parameters = all.compactMap { name, value in value.map { (name: name, value: $0) } }
        let page = try await ListPages(client: try api.client(), path: "/audit", parameters: parameters)
            .first(limit: limit)
        if json { return Output.line(page.text) }
        let entries = page["results"]?.array ?? []
        guard diff else { return Output.table(AuditTable.header, entries.map(AuditTable.row), whole: ["SUBJECT"]) }
        for entry in entries {
            Output.line("", AuditTable.row(entry).joined(separator: "  "), .header)
            for change in AuditTable.changes(entry) { Output.line("", change.line, change.isBefore ? .bad : .good) }
        }
    }
}
