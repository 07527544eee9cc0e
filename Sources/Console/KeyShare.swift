import Synchronization

/// How many requests of each key are at work, so that no key takes more than its share.
final class KeyShare: Sendable {
    /// The most requests of one key that are at work at a time. Many more are of no use to a single client: all writes
    /// go through one transaction after the other.
    static let limit = 32

    /// The most verifications of one key that are at work at a time: each takes seconds, and keeps its body in memory.
    static let verificationLimit = 4

    /// The most requests of one key about dead letters that are at work at a time: each takes seconds, keeps letters
    /// in memory, and deadletterd carries out one after the other.
    static let deadLetterLimit = 4

    private let limit: Int

    private let atWork = Mutex<[String: Int]>([:])

    init(limit: Int = KeyShare.limit) {
        self.limit = limit
    }

    /// Counts a request that begins. False if its key has its share at work already; it is not counted then.
    func begin(_ key: String) -> Bool {
        atWork.withLock { atWork in
            let count = atWork[key] ?? 0
            guard count < limit else { return false }
            atWork[key] = count + 1
            return true
        }
    }

    /// A request that `begin` counted has ended. A key without requests is forgotten.
    func end(_ key: String) {
        atWork.withLock { atWork in
            let count = (atWork[key] ?? 0) - 1
            atWork[key] = count > 0 ? count : nil
        }
    }
}
