import Determinism
import JobCore
import Logging
import ServiceLifecycle
import Store
import Synchronization
import Testing

@testable import StageKit

@Suite struct `The start of a stage` {
    private let time = HandTime(Instant(millisecondsSinceEpoch: 0))

    private func loop(_ make: @escaping @Sendable () async throws -> [any Service]) -> StageLoop {
        StageLoop(time: time, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, make: make)
    }

    @Test func `a stage ends with the error when its store is unusable, since no retry can succeed`() async {
        let tries = Atomic(0)
        let loop = loop {
            tries.add(1, ordering: .relaxed)
            throw StoreError.unusable("it belongs to another program")
        }
        await #expect(throws: StoreError.unusable("it belongs to another program")) { try await loop.run() }
        #expect(tries.load(ordering: .relaxed) == 1)
        #expect(loop.startFault != nil)
    }

    @Test func `a stage retries while its store is unavailable, waits in between, and then runs`() async throws {
        struct Done: Service { func run() async throws {} }
        let tries = Atomic(0)
        let loop = loop {
            guard tries.add(1, ordering: .relaxed).newValue > 3 else { throw StoreError.unavailable("locked") }
            return [Done()]
        }
        try await loop.run()
        #expect(tries.load(ordering: .relaxed) == 4)
        #expect(time.monotonicMilliseconds() > 0)
        #expect(loop.startFault == nil)
    }

    @Test func `a stage ends with the error of a service that fails after the start`() async {
        struct Failing: Service { func run() async throws { throw StoreError.unavailable("later") } }
        let loop = loop { [Failing()] }
        await #expect(throws: StoreError.unavailable("later")) { try await loop.run() }
    }

    @Test func `a stage ends with the error of one service, although the others would go on`() async {
        struct Failing: Service { func run() async throws { throw StoreError.unavailable("later") } }
        struct Lasting: Service { func run() async throws { try await Task.sleep(for: .seconds(3_600)) } }
        let loop = loop { [Lasting(), Failing(), Lasting()] }
        await #expect(throws: StoreError.unavailable("later")) { try await loop.run() }
    }
}
