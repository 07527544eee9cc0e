import ArgumentParser
import JSON

struct SchedulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedules", abstract: "Lists the schedules in use, each with its number of jobs.")
    @OptionGroup var api: APIOptions
    @Option(help: "List only the schedules of this service's jobs.", transform: Arguments.serviceName)
    var service: String?
    @Flag(help: "Print JSON.") var json = false

    private static let columns = [
        ("SCHEDULE", "expression"), ("TIME ZONE", "time_zone"), ("DST", "dst"), ("JOBS", "jobs"),
        ("DISABLED", "disabled"), ("NEXT", "next_occurrence"),
    ]

    func run() async throws {
        try await ListedColumns(Self.columns).show("/schedules", of: service, try api.client(), json: json)
    }
}
