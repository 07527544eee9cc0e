import Commands
import Testing

@Suite struct `After a request that was not carried out` {
    private static let url = "http://consoled:8080"
    private static let id = "4a01965e-53f8-5e10-91d0-3f4a7e34dd21"

    @Test(
        arguments: [
            ("GET", "/jobs", 401, nil, "set BELFRY_API_KEY to a key that \(url) knows: belfry keys create"),
            ("GET", "/jobs", 403, nil, "use a key whose scope allows it"),
            ("GET", "/services/billing/jobs/a", 404, nil, "belfry jobs list --service billing shows the jobs"),
            ("POST", "/services/billing/jobs/a/run", 404, nil, "belfry jobs list --service billing shows the jobs"),
            ("POST", "/services/billing/pause", 404, nil, "belfry services"),
            ("GET", "/executions/\(id)", 404, nil, "belfry executions shows those on record"),
            ("GET", "/dead-letters/\(id)", 404, nil, "belfry dead list"),
            ("DELETE", "/keys/a", 404, nil, "belfry keys list"),
            ("GET", "/audit?limit=20", 404, nil, "check whether consoled has the version of this belfry"),
            ("POST", "/executions/\(id)/cancel", 409, nil, "belfry executions \(id) shows how it has ended"),
            ("POST", "/executions/\(id)/retry", 409, nil, "wait for its end or end it: belfry cancel \(id)"),
            ("PUT", "/services/billing/jobs/a?verify=true", 409, nil, "(belfry jobs show billing/a)"),
            ("PUT", "/services/billing/jobs/a", 412, nil, "(belfry jobs show billing/a), then change it again"),
            ("GET", "/dead-letters?limit=2", 409, nil, "list again from the start"),
            ("GET", "/jobs", 429, 7, "try again in 7 s"), ("GET", "/jobs", 429, nil, "try again in a moment"),
            ("GET", "/jobs", 503, 0, "try again in 1 s; the log of consoled says what is unavailable"),
            ("GET", "/jobs", 500, nil, "quote the request id"),
            ("PUT", "/services/billing/jobs/a", 422, nil, nil), ("PUT", "/services/billing/jobs/a", 413, nil, nil),
            ("POST", "/jobs:batch", 409, nil, nil), ("POST", "/jobs:batch", 412, nil, "apply again: the plan is made"),
            ("POST", "/services/billing/pause", 409, nil, "belfry jobs pauses shows what is paused"),
            ("POST", "/services/billing/jobs/a/resume", 409, nil, "belfry jobs pauses shows what is paused"),
            ("POST", "/tags/nightly/resume", 409, nil, "belfry jobs pauses shows what is paused"),
            ("PUT", "/services/billing/jobs/pause", 409, nil, "(belfry jobs show billing/pause)"),
        ] as [(String, String, Int, Int?, String?)])
    func `an error of the API leads to the command or variable that helps`(
        method: String, path: String, status: Int, retryAfterSeconds: Int?, step: String?
    ) {
        let request = RefusedRequest(
            method: method, path: path, status: status, retryAfterSeconds: retryAfterSeconds, isFromAPI: true)
        let found = NextStep.after(request, url: Self.url)
        #expect((found == nil) == (step == nil) && found?.contains(step ?? "") != false, "\(found ?? "nil")")
    }

    @Test(arguments: [
        (302, "set BELFRY_API_URL to the address that"), (404, "this is no answer of the admin API: correct"),
        (200, "this is no answer of the admin API: correct"), (502, "check whether consoled runs"),
        (503, "check whether consoled runs"), (504, "check whether consoled runs"), (401, "set BELFRY_API_KEY"),
        (403, "use a key"), (429, "try again in a moment"),
    ])
    func `an answer of another server leads to the address`(status: Int, step: String) throws {
        let request = RefusedRequest(
            method: "GET", path: "/jobs", status: status, retryAfterSeconds: nil, isFromAPI: false)
        #expect(try #require(NextStep.after(request, url: Self.url)).contains(step))
    }

    @Test(arguments: UnansweredReason.allCases)
    func `no answer leads to the address, or to the log`(reason: UnansweredReason) {
        let step = NextStep.after(reason, url: Self.url)
        #expect(step.contains("BELFRY_API_URL or --api-url, which is \(Self.url)") != (reason == .timedOut))
        #expect(step.contains("certificate") == (reason == .tls))
    }

    @Test func `what only reads is tried four times, unless the wait is long`() {
        var patience = ReadPatience()
        let waits = (0..<5).map { _ in
            patience.waitSeconds(status: 503, retryAfterSeconds: nil, elapsedSeconds: 0)
        }
        #expect(waits == [1, 2, 3, nil, nil])
        func first(_ status: Int, _ retryAfter: Int?, elapsed: Int = 0) -> Int? {
            var patience = ReadPatience()
            return patience.waitSeconds(status: status, retryAfterSeconds: retryAfter, elapsedSeconds: elapsed)
        }
        #expect(first(429, 5) == 5 && first(429, 0) == 1 && first(429, 6) == nil)
        #expect(first(503, nil, elapsed: 14) == 1 && first(503, nil, elapsed: 15) == nil)
        #expect([200, 401, 404, 409, 500, 502].allSatisfy { first($0, 1) == nil })
    }
}
