import JobCore
import Messaging
import Synchronization

/// What the services and the faults of a run note down as it happens.
final class ChaosLedger: Sendable {
    private let facts = Mutex(Facts())
    private let time = SystemTime()

    /// All facts so far.
    var current: Facts { facts.withLock { $0 } }

    func now() -> Instant { time.now() }

    /// Keeps a webhook and returns its place.
    func add(_ webhook: Facts.Webhook) -> Int {
        facts.withLock { facts in
            facts.webhooks.append(webhook)
            return facts.webhooks.count - 1
        }
    }

    /// Keeps the answer to a webhook. Returns true for the first acceptance of the execution.
    func answer(_ place: Int, status: Int) -> Bool {
        let now = now()
        return facts.withLock { facts in
            let execution = facts.webhooks[place].execution
            let wasAccepted = facts.webhooks.contains { $0.execution == execution && $0.isAccepted }
            facts.webhooks[place].status = status
            facts.webhooks[place].answeredAt = now
            return facts.webhooks[place].isAccepted && !wasAccepted
        }
    }

    /// Keeps a callback before its first try, and returns its place.
    func add(_ callback: Facts.Callback) -> Int {
        facts.withLock { facts in
            facts.callbacks.append(callback)
            return facts.callbacks.count - 1
        }
    }

    func add(_ request: Facts.Try, toCallback place: Int) {
        facts.withLock { $0.callbacks[place].tries.append(request) }
    }

    func add(_ change: Facts.Change) {
        facts.withLock { $0.changes.append(change) }
    }

    func add(_ pause: Facts.Pause) {
        facts.withLock { $0.pauses.append(pause) }
    }

    func add(_ disturbance: Facts.Disturbance) {
        facts.withLock { $0.disturbances.append(disturbance) }
    }

    func addPoison(_ queues: [WorkQueue]) {
        facts.withLock { facts in
            for queue in queues { facts.poison[queue, default: 0] += 1 }
        }
    }
}
