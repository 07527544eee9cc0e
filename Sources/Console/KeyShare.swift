import StageKit
import Synchronization

/// How many requests of each key are at work, so that no key takes more than its share.
final class KeyShare: Sendable {
    /// What a share is of. The raw value is its name in the field `RateLimit-Policy`.
    enum Kind: String, Sendable, CaseIterable {
        case requests
        case verifications
        case batches
        case deadLetters = "dead-letters"

        /// The most of one key that are at work at a time.
        ///
        /// Many more requests are of no use to a single client: all writes go through one transaction after the other.
        /// Each verification and each request about dead letters takes seconds and keeps a body or letters in memory; a
        /// batch is a body of megabytes.
        /// deadletterd carries out one after the other.
        var limit: Int { self == .requests ? 32 : 4 }

        fileprivate var noun: String { self == .deadLetters ? "requests about dead letters" : rawValue }
    }

    private let kind: Kind

    private let atWork = Mutex<[String: Int]>([:])

    init(_ kind: Kind) {
        self.kind = kind
    }

    /// Does the work of a request, unless its key has its share at work already: then it throws `too_many_requests`.
    ///
    /// Also says what was left of the share when the work began. An error has that in its fields.
    func run<Value>(_ key: String, _ work: () async throws -> Value) async throws -> (value: Value, limit: RateLimit) {
        guard let remaining = begin(key) else {
            var refusal = APIError(
                .tooManyRequests,
                "The key “\(key)” has \(kind.limit) \(kind.noun) at work. Send this one again when one has ended.")
            RateLimit(kind, remaining: 0).add(to: &refusal.headers)
            throw refusal
        }
        defer { end(key) }
        let limit = RateLimit(kind, remaining: remaining)
        do {
            return (try await work(), limit)
        } catch {
            var failure = APIError(error)
            limit.add(to: &failure.headers)
            throw failure
        }
    }

    /// Counts a request that begins, and returns how many more may. Nil if its key has its share at work already; it is
    /// not counted then.
    func begin(_ key: String) -> Int? {
        atWork.withLock { atWork in
            let count = atWork[key] ?? 0
            guard count < kind.limit else { return nil }
            atWork[key] = count + 1
            return kind.limit - count - 1
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
