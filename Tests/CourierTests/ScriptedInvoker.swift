import Courier
import Determinism
import JobCore
import Synchronization

/// Services that answer as scripted, after a latency, and keep what was posted to them.
final class ScriptedInvoker: Invoker {
    struct Post: Equatable {
        var atMilliseconds: Int64
        var id: String
    }

    private struct State {
        var posts: [Post] = []
        var openCount = 0
        var openMax = 0
    }

    let connectionsPerTargetLimit: Int
    private let simulation: Simulation
    private let answer: @Sendable (Invocation) -> AttemptResult
    private let state = Mutex(State())

    /// Each answer comes after its `latencyMilliseconds`.
    init(
        _ simulation: Simulation, connectionsPerTargetLimit: Int = 128,
        answer: @escaping @Sendable (Invocation) -> AttemptResult
    ) {
        self.simulation = simulation
        self.connectionsPerTargetLimit = connectionsPerTargetLimit
        self.answer = answer
    }

    var posts: [Post] { state.withLock { $0.posts } }
    /// The most invocations at the same time.
    var openMax: Int { state.withLock { $0.openMax } }

    func invoke(_ invocation: Invocation) async -> AttemptResult {
        state.withLock { state in
            state.posts.append(
                Post(atMilliseconds: simulation.monotonicMilliseconds(), id: invocation.headers["webhook-id"] ?? ""))
            state.openCount += 1
            state.openMax = max(state.openMax, state.openCount)
        }
        defer { state.withLock { $0.openCount -= 1 } }
        let result = answer(invocation)
        if result.latencyMilliseconds > 0 {
            // Like the HTTP client: a cancelled request ends at once, as a broken connection.
            guard (try? await simulation.sleep(milliseconds: result.latencyMilliseconds)) != nil else {
                return AttemptResult(.unreachable, latencyMilliseconds: 0, error: "cancelled")
            }
        }
        return result
    }
}
