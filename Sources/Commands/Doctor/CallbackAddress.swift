public import JSON

/// The beginning of the URLs at which services call back, as an operator gave it.
public struct CallbackAddress: Sendable {
    private static let check = "callback URL"
    /// Where each callback endpoint tells its name.
    private static let probe = "callback"

    private let url: String

    public init(_ url: String) {
        self.url = url
    }

    /// What to get from there.
    public var probeURL: String { url.hasSuffix("/") ? url + Self.probe : "\(url)/\(Self.probe)" }

    /// What to say about no answer.
    public func finding(failure: String) -> DoctorFinding {
        .wrong(
            Self.check, "no answer from \(url): \(failure)",
            next: "start ingesterd behind it, or correct BELFRY_CALLBACK_BASE_URL; if only services reach it, run this "
                + "command where they run")
    }

    /// What to say about an answer. `body` is nil if it is not JSON.
    public func finding(status: Int, body: JSONValue?) -> DoctorFinding {
        if status == 200, body?.fieldText("endpoint") != nil { return reachable }
        let isBelfry = body?.fieldText("request_id") != nil && body?.fieldText("code") != nil
        switch status {
        case _ where isBelfry:
            return .wrong(
                Self.check, "\(url) is another of Belfry's interfaces, and not the callback endpoint",
                next: "give the address of BELFRY_CALLBACK_LISTEN, or of the proxy before it, in "
                    + "BELFRY_CALLBACK_BASE_URL")
        case 300..<400:
            return .wrong(
                Self.check, "\(url) redirects (\(status)), which the POST of a service does not follow",
                next: "give the address that it redirects to in BELFRY_CALLBACK_BASE_URL")
        case 502...504:
            return .wrong(
                Self.check, "a proxy at \(url) answers \(status)",
                next: "start ingesterd behind the proxy, or correct the address to which the proxy sends requests")
        default:
            return .wrong(
                Self.check, "\(url) is another server: it answers \(status)",
                next: "correct BELFRY_CALLBACK_BASE_URL, or let the proxy there send /callback/ to ingesterd")
        }
    }

    private var reachable: DoctorFinding {
        let found = "the callback endpoint answers at \(url)"
        if isLoopback {
            return .warning(
                Self.check, "\(found), which only this machine reaches",
                next: "if services run elsewhere, set BELFRY_CALLBACK_BASE_URL to an address that they reach")
        }
        guard url.lowercased().hasPrefix("https://") else {
            return .warning(
                Self.check, "\(found), without TLS",
                next: "put a proxy with TLS before it, and begin BELFRY_CALLBACK_BASE_URL with https://: the URLs hold "
                    + "tokens")
        }
        return .ok(Self.check, found)
    }

    private var isLoopback: Bool {
        let rest = url.lowercased().split(separator: "//", maxSplits: 1).last ?? ""
        let place = rest.prefix { $0 != "/" && $0 != "?" }
        if place.hasPrefix("[") { return place.hasPrefix("[::1]") }
        let host = place.prefix { $0 != ":" }
        if host.hasPrefix("127.") { return host.allSatisfy { $0 == "." || $0.isNumber } }
        return host == "localhost" || host.hasSuffix(".localhost")
    }
}
