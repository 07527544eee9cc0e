import Determinism
import JobCore
import Synchronization
import Testing

@testable import SQS

@Suite struct `Credentials that are kept` {
    private static let start = Instant(secondsSinceEpoch: 1_790_000_000)

    /// Gives out one result after the other, the last one for ever.
    private final class Source: Sendable {
        private let state: Mutex<(results: [Result<AWSCredentials, AWSCredentialsError>], count: Int)>
        var count: Int { state.withLock { $0.count } }

        init(_ results: [Result<AWSCredentials, AWSCredentialsError>]) {
            state = Mutex((results, 0))
        }

        func next() throws(AWSCredentialsError) -> AWSCredentials {
            try state.withLock { state in
                state.count += 1
                return state.results.count > 1 ? state.results.removeFirst() : state.results[0]
            }.get()
        }
    }

    private static func credentials(_ id: String, expiresAfterSeconds: Int64? = nil) -> AWSCredentials {
        AWSCredentials(
            accessKeyID: id, secretAccessKey: "s", expiresAt: expiresAfterSeconds.map { start.adding(seconds: $0) })
    }

    private static func cache(_ source: Source, _ time: HandTime) -> AWSCredentialsCache {
        AWSCredentialsCache(time: time) { () async throws(AWSCredentialsError) in try source.next() }
    }

    @Test func `are renewed five minutes before they end, and not before that`() async throws {
        let source = Source([
            .success(Self.credentials("a", expiresAfterSeconds: 3_600)),
            .success(Self.credentials("b", expiresAfterSeconds: 7_200)),
        ])
        let time = HandTime(Self.start)
        let cache = Self.cache(source, time)
        #expect(try await cache.credentials().accessKeyID == "a")
        time.pass(milliseconds: 3_299_000)
        #expect(try await cache.credentials().accessKeyID == "a")
        time.pass(milliseconds: 1_000)
        #expect(try await cache.credentials().accessKeyID == "b")
        #expect(source.count == 2)
    }

    @Test func `are used to their end if they can't be renewed`() async throws {
        let source = Source([
            .success(Self.credentials("a", expiresAfterSeconds: 600)), .failure(.unavailable("no answer")),
        ])
        let time = HandTime(Self.start)
        let cache = Self.cache(source, time)
        _ = try await cache.credentials()
        time.pass(milliseconds: 400_000)
        #expect(try await cache.credentials().accessKeyID == "a")
        #expect(try await cache.credentials().accessKeyID == "a")
        #expect(source.count == 2, "a renewal that failed is not repeated at once")
        time.pass(milliseconds: 200_000)
        await #expect(throws: AWSCredentialsError.unavailable("no answer")) { try await cache.credentials() }
    }

    @Test func `are looked for once after AWS has refused them, for all requests that had them`() async throws {
        let source = Source([.success(Self.credentials("a")), .success(Self.credentials("b"))])
        let cache = Self.cache(source, HandTime(Self.start))
        let used = try await cache.credentials()
        try await withThrowingTaskGroup { group in
            for _ in 0..<20 {
                group.addTask {
                    let next = try await cache.credentials(insteadOf: used)
                    #expect(next.accessKeyID == "b")
                }
            }
            try await group.waitForAll()
        }
        #expect(source.count == 2)
    }
}
