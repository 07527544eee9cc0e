import ArgumentParser
import Settings

/// The options of every command that calls the admin API.
struct APIOptions: ParsableArguments {
    @Option(AllSettings.apiURL) var apiURL: String?
    @Option(AllSettings.apiKey) var apiKey: String?

    /// Returns a client. Throws ``SettingsError`` if no key is given.
    func client() throws -> APIClient {
        let settings = Settings(program: .belfry, flags: ["api-url": apiURL, "api-key": apiKey])
        let (url, key) = try settings.all(AllSettings.apiURL.value, AllSettings.apiKey.value)
        return APIClient(baseURL: url.hasSuffix("/") ? String(url.dropLast()) : url, key: key)
    }
}
