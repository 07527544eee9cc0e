import JobCore
import StageKit
import Store
import Synchronization

/// When keys were last used. Requests only note it in memory; `Periodic` writes it, at most once a minute for each key.
///
/// A process that is killed loses what it has not written, which harms nobody.
final class KeyUse: PeriodicStage {
    let name = "key-use"
    /// The first use of a key is seen soon.
    let intervalMilliseconds: Int64 = 2_000

    static let writeIntervalMilliseconds: Int64 = 60_000

    private struct Use {
        var latest: Instant
        var isWritten = false
        var writtenAt: Instant?

        /// Whether it was written within a minute. A clock that was set back does not keep it from being written.
        func wasWritten(before now: Instant) -> Bool {
            guard let writtenAt else { return false }
            let age = now.millisecondsSinceEpoch - writtenAt.millisecondsSinceEpoch
            return (0..<KeyUse.writeIntervalMilliseconds).contains(age)
        }
    }

    private let store: any ConsoleStore
    private let uses = Mutex<[String: Use]>([:])

    init(store: any ConsoleStore) {
        self.store = store
    }

    /// Notes that a key was used. There are no more names than keys.
    func note(_ key: String, at now: Instant) {
        uses.withLock { uses in
            uses[key, default: Use(latest: now)].latest = now
            uses[key]?.isWritten = false
        }
    }

    /// Writes the uses of the keys that are due. Throws `StoreError`; they are written later then.
    func pass(at now: Instant) async throws -> PassResult {
        let due = uses.withLock { uses in
            uses.filter { !$0.value.isWritten && !$0.value.wasWritten(before: now) }.mapValues(\.latest)
        }
        if !due.isEmpty { try await store.noteUse(of: due) }
        uses.withLock { uses in
            for (key, latest) in due {
                guard var use = uses[key] else { continue }
                use.writtenAt = now
                // It may have been used again meanwhile.
                use.isWritten = use.latest == latest
                uses[key] = use
            }
            uses = uses.filter { !$0.value.isWritten || $0.value.wasWritten(before: now) }
        }
        return PassResult()
    }
}
