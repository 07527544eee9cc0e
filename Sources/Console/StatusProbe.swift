import JobCore
import Logging
import Messaging
import StageKit
import Store
import Synchronization

/// Asks the store and the broker for `GET /status`. All requests of a second share the answers.
struct StatusProbe: Sendable {
    /// Within it, an answer is not asked for again.
    static let freshMilliseconds: Int64 = 1_000

    private typealias StoreAnswer = (condition: StoreCondition, overview: StoreOverview?)

    private let store: Coalescer<Void, StoreAnswer>
    private let broker: Coalescer<Void, [String: QueueDepth]?>
    private let publishing: any MessageBroker
    private let time: any TimeSource

    /// An answer is waited for `waitMaxMilliseconds`. `publishing` is the broker that consoled publishes to.
    init(
        store: any ConsoleStore & ReadinessStore, queues: any QueueInspector, publishing: any MessageBroker,
        time: any TimeSource, logger: Logger, waitMaxMilliseconds: Int64 = 2_000
    ) {
        self.publishing = publishing
        self.time = time
        self.store = Self.shared(time, waitMaxMilliseconds) { await Self.ask(store, at: time.now(), logger) }
        broker = Self.shared(time, waitMaxMilliseconds) { await Self.ask(queues, logger) }
    }

    /// What is known now. It answers in time whatever hangs.
    func read() async -> StatusReading {
        async let stored = try? store.call(())
        let depths = try? await broker.call(())
        let (condition, overview) = await stored ?? (.noAnswer, nil)
        let canPublish = publishing.faults.isEmpty
        return StatusReading(
            now: time.now(), store: condition, overview: overview,
            broker: depths == nil ? .unavailable : canPublish ? .ok : .blocked, depths: depths)
    }

    /// Calls that come while one asks form one batch, which finds the answer fresh.
    private static func shared<Answer: Sendable>(
        _ time: any TimeSource, _ waitMaxMilliseconds: Int64, _ ask: @escaping @Sendable () async -> Answer
    ) -> Coalescer<Void, Answer> {
        let kept = KeptAnswer<Answer>()
        return Coalescer(limit: 1_000, workMaxMilliseconds: waitMaxMilliseconds) { calls in
            let answer: Answer
            if let fresh = kept.get(at: time.monotonicMilliseconds()) {
                answer = fresh
            } else {
                answer = await ask()
                kept.set(answer, at: time.monotonicMilliseconds())
            }
            return calls.map { _ in .success(answer) }
        }
    }

    private static func ask(
        _ store: any ConsoleStore & ReadinessStore, at now: Instant, _ logger: Logger
    ) async -> StoreAnswer {
        let overview: StoreOverview
        do throws(StoreError) {
            overview = try await store.overview(at: now)
        } catch {
            logger.warning("the store can't be read for the status", metadata: ["error": "\(error)"])
            return (.unavailable, nil)
        }
        do throws(StorageFault) {
            try await store.checkWritable()
            return (.ok, overview)
        } catch {
            return (StoreCondition(error.kind), overview)
        }
    }

    private static func ask(_ queues: any QueueInspector, _ logger: Logger) async -> [String: QueueDepth]? {
        do throws(PublishError) {
            let depths = try await queues.depths(of: StatusReading.queues)
            return Dictionary(zip(StatusReading.queues, depths).compactMap { name, depth in depth.map { (name, $0) } })
            {
                $1
            }
        } catch {
            logger.warning("the broker can't be asked for the status", metadata: ["error": "\(error)"])
            return nil
        }
    }
}

/// The latest answer, and when it came, in monotonic milliseconds.
private final class KeptAnswer<Answer: Sendable>: Sendable {
    private let latest = Mutex<(answer: Answer, at: Int64)?>(nil)

    func get(at milliseconds: Int64) -> Answer? {
        latest.withLock { latest in
            latest.flatMap { milliseconds - $0.at < StatusProbe.freshMilliseconds ? $0.answer : nil }
        }
    }

    func set(_ answer: Answer, at milliseconds: Int64) { latest.withLock { $0 = (answer, milliseconds) } }
}
