import Courier
import Determinism
import JobCore
import Messaging
import MessagingTesting
import Synchronization

/// The services behind all webhooks of a world. The reaction of a service follows from the seed and the webhook's id.
/// A webhook that is received twice starts one run.
final class FakeServices: Sendable {
    struct Post: Equatable {
        var executionID: ExecutionID
        var at: Instant
        /// Nil when the service could not be reached.
        var statusCode: Int?

        var isAccepted: Bool { statusCode.map { (200..<300).contains($0) } ?? false }
    }

    /// A callback that the broker has confirmed.
    struct SentCallback: Equatable {
        var at: Instant
        var kind: CallbackKind
    }

    private struct State {
        var lastInvocation: Invocation?
        var posts: [ExecutionID: [Post]] = [:]
        var planned: [PlannedCallback] = []
        var sentCallbacks: [ExecutionID: [SentCallback]] = [:]
        var faults: [String] = []
    }

    private let seed: UInt64
    private let clock: TurnedClock
    private let broker: MemoryBroker
    private let behaviour: @Sendable (inout SplitMix64) -> ServiceBehaviour
    private let state = Mutex(State())

    init(
        seed: UInt64, clock: TurnedClock, broker: MemoryBroker,
        behaviour: @escaping @Sendable (inout SplitMix64) -> ServiceBehaviour = { ServiceBehaviour.any(&$0) }
    ) {
        self.seed = seed
        self.clock = clock
        self.broker = broker
        self.behaviour = behaviour
    }

    var posts: [ExecutionID: [Post]] { state.withLock { $0.posts } }
    var sentCallbacks: [ExecutionID: [SentCallback]] { state.withLock { $0.sentCallbacks } }
    var faults: [String] { state.withLock { $0.faults } }
    /// The latest webhook of all.
    var lastInvocation: Invocation? { state.withLock { $0.lastInvocation } }
    var nextCallbackAt: Instant? { state.withLock { $0.planned.map(\.at).min() } }

    func behaviour(of execution: ExecutionID) -> ServiceBehaviour {
        var random = random(of: execution)
        return behaviour(&random)
    }

    /// The answer to a webhook, which takes its time in `simulation`.
    func answer(_ invocation: Invocation, in simulation: Simulation) async -> AttemptResult {
        guard let webhook = try? MessageCoder.decode(Webhook.self, from: invocation.body),
            let token = webhook.callbackURL.split(separator: "/").last
        else {
            state.withLock { $0.faults.append("a webhook could not be read") }
            return AttemptResult(.answered(statusCode: 400, retryAfterSeconds: nil), latencyMilliseconds: 1)
        }
        let now = clock.now()
        let id = webhook.executionID
        var random = random(of: id)
        let behaviour = behaviour(&random)
        let answer = state.withLock { state in
            state.lastInvocation = invocation
            if invocation.headers["webhook-id"] != id.description {
                state.faults.append("the webhook of \(id) has another id")
            }
            let earlier = state.posts[id, default: []]
            let answer = behaviour.answer(toPost: earlier.count + 1)
            let statusCode = AttemptResult(answer, latencyMilliseconds: 0).statusCode
            let post = Post(executionID: id, at: now, statusCode: statusCode)
            state.posts[id, default: []].append(post)
            if behaviour.starts(at: post), !earlier.contains(where: behaviour.starts) {
                state.planned += behaviour.callbacks(for: webhook, token: String(token), now: now, &random)
            }
            return answer
        }
        // A callback may be published before the webhook is answered.
        if random.chance(50) { await sendDueCallbacks() }
        let latency = Int64(random.chance(60) ? 3 : random.int(3...(random.chance(70) ? 1_500 : 6_000)))
        guard (try? await simulation.sleep(milliseconds: latency)) != nil else {
            return AttemptResult(.unreachable, latencyMilliseconds: 0, error: "cut off")
        }
        return AttemptResult(answer, latencyMilliseconds: latency, error: "as scripted")
    }

    /// Publishes callbacks when their time comes, until it is cancelled.
    func sendCallbacksOnTime(in simulation: Simulation) async {
        while (try? await simulation.sleep(milliseconds: 500)) != nil { await sendDueCallbacks() }
    }

    /// Publishes the callbacks whose time has come. While the broker is unavailable, the services try again later.
    func sendDueCallbacks() async {
        let now = clock.now()
        let due = state.withLock { state in
            let due = state.planned.filter { $0.at <= now }
            state.planned.removeAll { $0.at <= now }
            return due.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
        }
        for callback in due {
            do {
                try await broker.publish(callback.messages(now: now))
                state.withLock {
                    $0.sentCallbacks[callback.executionID, default: []].append(
                        SentCallback(at: now, kind: callback.kind))
                }
            } catch {
                var later = callback
                later.at = now.adding(seconds: 2)
                state.withLock { $0.planned.append(later) }
            }
        }
    }

    private func random(of execution: ExecutionID) -> SplitMix64 {
        SplitMix64(seed: seed ^ UInt64(bitPattern: ReportID(messageID: execution.description).rawValue))
    }
}
