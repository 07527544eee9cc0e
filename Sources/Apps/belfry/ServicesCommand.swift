import ArgumentParser
import JSON

struct ServicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "services", abstract: "Lists the services that have jobs.")
    @OptionGroup var api: APIOptions
    @Option(help: "List only this service, as a key of the service must.", transform: Arguments.serviceName)
    var service: String?
    @Flag(help: "Print JSON.") var json = false

    private static let columns = [
        ("SERVICE", "service_name"), ("JOBS", "jobs"), ("DISABLED", "disabled"), ("PAUSED", "paused"),
    ]

    func run() async throws {
        try await ListedColumns(Self.columns).show("/services", of: service, try api.client(), json: json)
    }
}
