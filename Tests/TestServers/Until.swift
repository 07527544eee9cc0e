/// Polls every 50 ms until `ask` returns a value, and returns it. Throws with `what` after the given time.
///
/// It is for the effects of other processes, which don't notify the test. The time is long, since hundreds of tests may
/// share two slow cores: only a test that fails waits for so long.
public func until<Answer>(
    _ what: String, withinSeconds seconds: Int = 120, _ ask: () async throws -> Answer?
) async throws -> Answer {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
        if let answer = try await ask() { return answer }
        try await Task.sleep(for: .milliseconds(50))
    }
    throw TestFailure("not reached within \(seconds) s: \(what)")
}
