import ArgumentParser
import Foundation

/// The option of commands that use RabbitMQ's management API.
struct ManagementOptions: ParsableArguments {
    @Option(help: "The URL of RabbitMQ's management API, http://user:password@host:15672. [BELFRY_MANAGEMENT_URL]")
    var managementUrl: String?

    /// Returns a client, or nil if no URL is given. Throws if the URL is incomplete.
    func api() throws -> ManagementAPI? {
        guard let text = managementUrl ?? ProcessInfo.processInfo.environment["BELFRY_MANAGEMENT_URL"] else {
            return nil
        }
        guard let api = ManagementAPI(url: text) else {
            throw ValidationError("--management-url takes http://user:password@host:port")
        }
        return api
    }
}
