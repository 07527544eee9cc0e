import ArgumentParser
import Foundation
import Settings

/// The options of every command that calls the admin API.
struct APIOptions: ParsableArguments {
    @Option(AllSettings.apiURL) var apiURL: String?

    /// Returns a client. Throws ``SettingsError`` if the URL is none, or `BELFRY_API_KEY` is not set.
    func client() throws -> APIClient {
        try Self.client(Settings(program: .belfry, flags: ["api-url": apiURL]))
    }

    /// The same for settings that were read already.
    static func client(_ settings: Settings) throws(SettingsError) -> APIClient {
        let (url, key) = try settings.all(
            AllSettings.apiURL.parsed(Self.checkedURL).value, AllSettings.apiKey.parsed(Self.checkedKey).value)
        return APIClient(baseURL: url.hasSuffix("/") ? String(url.dropLast()) : url, key: key)
    }

    private static func checkedURL(_ text: String) throws(SettingsError) -> String {
        guard let parts = URLComponents(string: text), ["http", "https"].contains(parts.scheme?.lowercased()),
            parts.host?.isEmpty == false
        else { throw SettingsError("it does not begin with http:// or https:// and a host") }
        return text
    }

    /// A header can't hold other characters.
    private static func checkedKey(_ text: String) throws(SettingsError) -> String {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw SettingsError("it is empty, or has a character in it that no key has")
        }
        return text
    }
}
