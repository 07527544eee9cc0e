import JSON

/// How long a command about dead letters waits for an API that is unavailable or has too much to do.
struct DeadPatience {
    private static let waitsMax = 10
    private static let waitSecondsMax = 30
    /// Too many requests at a time, or unavailable.
    private static let waitStatuses = [429, 503]

    /// The waits since the last answer.
    private var waitCount = 0

    /// Sends a request. Throws ``Refused`` if there is no answer, or one after which the same request may succeed.
    mutating func send(
        _ method: String, _ path: String, _ body: JSONValue, _ client: APIClient
    ) async throws -> APIClient.Answer {
        let answer = try await client.send(method, path, body: body)
        if Self.waitStatuses.contains(answer.status) { throw APIClient.refusal(answer, path) }
        waitCount = 0
        return answer
    }

    /// Waits before the same request is sent again, longer each time. Returns false if it was in vain too often, or if
    /// nobody can interrupt the wait.
    mutating func waits(_ interruption: Interruption?) async throws -> Bool {
        waitCount += 1
        guard waitCount <= Self.waitsMax, let interruption else { return false }
        try await interruption.sleep(until: .now + .seconds(min(waitCount * 2, Self.waitSecondsMax)))
        return true
    }
}
