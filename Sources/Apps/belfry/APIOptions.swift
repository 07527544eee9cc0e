import ArgumentParser
import Foundation

/// The options of every command that calls the admin API.
struct APIOptions: ParsableArguments {
    @Option(help: "The URL of the admin API (default http://127.0.0.1:8080). [BELFRY_API_URL]")
    var apiUrl: String?

    @Option(help: "The API key. Prefer the variable: other users can read arguments. [BELFRY_API_KEY]")
    var apiKey: String?

    /// Returns a client. Throws ``Refused`` if no key is given.
    func client() throws -> APIClient {
        let environment = ProcessInfo.processInfo.environment
        guard let key = apiKey ?? environment["BELFRY_API_KEY"] else {
            throw Refused("no API key: set BELFRY_API_KEY, or create a key with `belfry keys add NAME --scope admin`")
        }
        let url = apiUrl ?? environment["BELFRY_API_URL"] ?? "http://127.0.0.1:8080"
        return APIClient(baseURL: url.hasSuffix("/") ? String(url.dropLast()) : url, key: key)
    }
}
