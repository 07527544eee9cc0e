import Determinism
import JobCore
import Messaging
import Store
import Synchronization
import Testing

@testable import Dispatcher

/// Guarantee: an occurrence that is handled late is judged by its job's misfire policy, once, and is on record.
extension `A due event` {
    @Test func `an occurrence that is handled too late is recorded as missed, and its end is published`() async throws {
        let store = MemoryDispatchStore([Self.job("a", misfire: .skip)])
        let batch = try await handler(store).handle([Self.due(late: 90_000)])
        #expect(batch.messages.map(\.routingKey) == ["execution.created.s.a", "execution.finished.s.a"])
        let execution = try #require(store.content.withLock { $0.executions.values.first })
        #expect(execution.state.status == .fail && execution.state.reason == .missed)
    }

    @Test(arguments: [(60_000, nil), (60_001, .missed), (600_000, .missed)] as [(Int64, FailureReason?)])
    func `an occurrence that was found in time and is handled too late is a misfire, too`(
        late: Int64, reason: FailureReason?
    ) async throws {
        let store = MemoryDispatchStore([Self.job("a", misfire: .skip)])
        time.setWallClock(Self.occurrence.adding(milliseconds: late))
        _ = try await handler(store).handle([Self.due()])
        #expect(store.content.withLock { $0.executions.values.map(\.state.reason) } == [reason])
    }

    @Test func `a due event that is redelivered too late leads to the delivery of the run that it led to before`()
        async throws
    {
        let store = MemoryDispatchStore([Self.job("a", misfire: .skip)])
        let first = try await handler(store).handle([Self.due()])
        time.pass(milliseconds: 600_000)
        #expect(try await handler(store).handle([Self.redelivered(Self.due())]) == first)
        #expect(first.mandatory.count == 1)
    }

    @Test func `a run that is created late has its whole ttl left`() async throws {
        let store = MemoryDispatchStore([Self.job("a")])
        time.setWallClock(Self.occurrence.adding(seconds: 55))
        let requests = try Self.requests(try await handler(store).handle([Self.due()]))
        #expect(requests.map(\.deadline) == [Self.occurrence.adding(seconds: 115)])
    }

    @Test func `a due event for an occurrence in the far future becomes a dead letter`() async throws {
        let store = MemoryDispatchStore([Self.job("a")])
        let future = Instant.recordable.upperBound
        let event = ScheduleDue(
            schedule: Self.schedule, occurrence: future, tickedAt: future)
        let batch = try await handler(store).handle([Self.message(try MessageCoder.encode(event)), Self.due()])
        #expect(batch.dead.map(\.index) == [0] && batch.dead.map(\.reason) == [.unreadable])
        #expect(try Self.requests(batch).count == 1)
    }

    @Test func `a due event from a ticker with an impossible clock is judged by the dispatcher's`() async throws {
        let store = MemoryDispatchStore([Self.job("a", misfire: .all)])
        let late = Instant.recordable.upperBound.milliseconds(since: Self.occurrence)
        let request = try #require(try Self.requests(try await handler(store).handle([Self.due(late: late)])).first)
        #expect(request.deadline <= Self.occurrence.adding(seconds: 400))
    }

    @Test func `of several late occurrences only the latest runs`() async throws {
        let store = MemoryDispatchStore([Self.job("a")])
        let tickedAt: Int64 = 200_000
        let batch = try (0..<4).map { index -> InboundMessage in
            let occurrence = Self.occurrence.adding(seconds: Int64(index) * 60)
            return try Self.due(occurrence, late: tickedAt - Int64(index) * 60_000)
        }
        let requests = try Self.requests(try await handler(store).handle(batch))
        #expect(requests.map(\.occurrence) == [Self.occurrence.adding(seconds: 180)])
        #expect(store.content.withLock { $0.executions.values.count { $0.state.reason == .missed } } == 3)
    }

    @Test func `late occurrences under misfire all are each delivered, in their order, also over several batches`()
        async throws
    {
        let store = MemoryDispatchStore([Self.job("a", misfire: .all)])
        let batches = try stride(from: 0, to: 9, by: 3).map { first in
            try (first..<first + 3).map { index -> InboundMessage in
                let late = 900_000 - Int64(index) * 60_000
                return try Self.due(Self.occurrence.adding(seconds: Int64(index) * 60), late: late)
            }
        }
        var occurrences: [Instant] = []
        for batch in batches {
            occurrences += try Self.requests(try await handler(store).handle(batch)).map(\.occurrence)
        }
        #expect(occurrences == (0..<9).map { Self.occurrence.adding(seconds: $0 * 60) })
    }
}
