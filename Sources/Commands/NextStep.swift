/// What a person can do after a request to the admin API was not carried out: one sentence, which names the command or
/// the variable.
public enum NextStep {
    /// After no answer. `url` is the one that was called, without a password.
    public static func after(_ reason: UnansweredReason, url: String) -> String {
        switch reason {
        case .badURL: "give an address without user, password and query in \(setting(url))"
        case .unresolved: "correct the host in \(setting(url))"
        case .notConnected: "start consoled there, or correct \(setting(url))"
        case .tls:
            "check the certificate of that host, and whether it serves https; http or https is in \(setting(url))"
        case .timedOut: "try again; if that fails too, the log of consoled says what it waits for"
        case .broken: "check whether consoled serves that address, with http or https as in \(setting(url))"
        }
    }

    /// After an answer; nil if the answer itself says what would be right.
    public static func after(_ request: RefusedRequest, url: String) -> String? {
        guard request.isFromAPI || [401, 403, 429].contains(request.status) else {
            return afterAnswerOfAnother(request, url: url)
        }
        switch request.status {
        case 401:
            return
                "set BELFRY_API_KEY to a key that \(url) knows: belfry keys create NAME makes one, where the store is"
        case 403: return "use a key whose scope allows it: belfry keys list, where the store is, shows the scopes"
        case 404: return afterNotFound(request)
        case 409: return afterConflict(request)
        case 412: return afterFailedPrecondition(request)
        case 429: return again(request)
        case 500: return "quote the request id to the operator: the log of consoled has the reason"
        case 503: return "\(again(request)); the log of consoled says what is unavailable"
        default: return nil
        }
    }

    private static func afterAnswerOfAnother(_ request: RefusedRequest, url: String) -> String {
        switch request.status {
        case 300..<400: "set BELFRY_API_URL to the address that \(url) redirects to"
        case 502, 503, 504: "\(again(request)); if a proxy is in front of consoled, check whether consoled runs"
        default: "this is no answer of the admin API: correct \(setting(url))"
        }
    }

    private static func afterNotFound(_ request: RefusedRequest) -> String {
        let segments = request.segments
        switch segments.first {
        case "services" where segments.count >= 4: return "belfry jobs list --service \(segments[1]) shows the jobs"
        case "services": return "belfry services shows the services"
        case "executions":
            return "belfry executions shows those on record; ended ones are removed after BELFRY_HISTORY_DAYS days"
        case "keys": return "belfry keys list shows the keys"
        default:
            if segments.first?.hasPrefix("dead-letters") == true { return "belfry dead list shows the dead letters" }
            return "check whether consoled has the version of this belfry"
        }
    }

    private static func afterConflict(_ request: RefusedRequest) -> String? {
        let segments = request.segments
        // The last of four segments is the name of a job.
        if segments.count != 4, segments.last == "pause" || segments.last == "resume" {
            return "belfry jobs pauses shows what is paused"
        }
        switch (segments.first, segments.last) {
        case ("executions", "retry"):
            return "if the execution is open, wait for its end or end it: belfry cancel \(segments[1])"
        case ("executions", _): return "belfry executions \(segments[1]) shows how it has ended"
        case ("services", _): return show(request).map { "read the job (\($0)), then change it again" }
        default: return segments.first?.hasPrefix("dead-letters") == true ? "list again from the start" : nil
        }
    }

    private static func afterFailedPrecondition(_ request: RefusedRequest) -> String? {
        if request.segments == ["jobs:batch"] { return "apply again: the plan is made anew with what is on record" }
        return show(request).map { "read the job (\($0)), then change it again" }
    }

    /// The command that shows the job of a path; nil for a path without a job.
    private static func show(_ request: RefusedRequest) -> String? {
        let segments = request.segments
        guard segments.count >= 4, segments[2] == "jobs" else { return nil }
        return "belfry jobs show \(segments[1])/\(segments[3])"
    }

    private static func again(_ request: RefusedRequest) -> String {
        request.retryAfterSeconds.map { "try again in \(max(1, $0)) s" } ?? "try again in a moment"
    }

    private static func setting(_ url: String) -> String { "BELFRY_API_URL or --api-url, which is \(url)" }
}
