import Commands
import HTTPClient
import JSON
import Settings

extension Doctor {
    private static let requestMilliseconds = 4_000

    /// Whether the callback endpoint is where services are told that it is.
    func callbackFinding() async throws -> DoctorFinding {
        let setting = AllSettings.callbackBaseURL
        guard settings.isGiven(setting.row) else {
            return notGiven("callback URL", setting.row, "this program was not given it")
        }
        let address = CallbackAddress(try setting.value(in: settings))
        let request = ClientRequest(
            method: "GET", url: address.probeURL, timeoutMilliseconds: Self.requestMilliseconds,
            responseBodyBytesMax: 65_536)
        switch await OneRequest.send(request) {
        case .response(let response):
            return address.finding(status: response.status, body: try? JSONValue(parsing: response.body))
        case .failure(let failure, let detail, _):
            return address.finding(failure: "\(failure) (\(detail))")
        }
    }

    func adminAPIFinding() async throws -> DoctorFinding {
        guard settings.isGiven(AllSettings.apiKey.row) else {
            return notGiven("admin API", AllSettings.apiKey.row, "there is no key for it")
        }
        var client = try APIOptions.client(settings)
        client.answerSecondsMax = Self.requestMilliseconds / 1_000
        let status = try await client.done("GET", "/status")
        return .status(status, url: Settings.withoutPasswords(try AllSettings.apiURL.value(in: settings)))
    }
}
