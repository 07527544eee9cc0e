import Determinism
import JobCore
import Logging
import Messaging
import Store
import Synchronization
import Testing

@testable import Ingester

/// Executions in memory, changed as the recorder decides.
private final class MemoryReportStore: ReportStore {
    struct Content {
        var executions: [ExecutionID: Execution] = [:]
        var progress = LineProgress()
        var transactions = 0
        /// What the store answers as released, and the executions that the recorder named as its cause.
        var released: [Execution] = []
        var causes: [ExecutionID] = []
        var isUnavailable = false
    }

    let content = Mutex(Content())

    func update<Answer: Sendable>(
        _ ids: [ExecutionID], of line: ReportLine,
        _ decide: @escaping @Sendable ([ExecutionID: Execution], LineProgress) -> ReportDecision<Answer>
    ) async throws(StoreError) -> (answer: Answer, released: [Execution]) {
        let answer: (Answer, [Execution])? = content.withLock { content in
            guard !content.isUnavailable else { return nil }
            content.transactions += 1
            let decision = decide(content.executions.filter { ids.contains($0.key) }, content.progress)
            content.progress = decision.progress
            for change in decision.changes {
                switch change {
                case .rewritten(let execution), .heartbeat(let execution): content.executions[execution.id] = execution
                }
            }
            content.causes += decision.released
            return (decision.answer, content.released)
        }
        guard let answer else { throw .unavailable("switched off") }
        return answer
    }
}

/// Guarantee: a report that is received twice changes its execution once, and publishes the same events.
@Suite struct `The recorder` {
    private static let now = Instant(secondsSinceEpoch: 1_800_000_000)
    private let store = MemoryReportStore()
    private let recorder: ReportHandler
    private static let line = ReportLine.allCases[2]
    /// Executions of one line.
    private let ids = Array(
        (0..<100).map { _ in ExecutionID.random() }.filter { ReportLine(of: $0) == line }.prefix(3))

    init() {
        recorder = ReportHandler(
            line: Self.line, store: store, time: HandTime(Self.now),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let name = JobName(service: "s", job: "j")
        for id in ids {
            let execution = Execution(
                id: id, jobID: name.id, jobName: name, occurrence: Self.now, createdAt: Self.now, isExclusive: false,
                trigger: .manual, schedule: "rate(1 minute)",
                state: .pending(from: Self.now, ttlSeconds: 60, heartbeatIntervalSeconds: 30),
                attemptDueAt: Self.now)
            store.content.withLock { $0.executions[id] = execution }
        }
    }

    private static func message(_ report: some ReportMessage) -> InboundMessage {
        InboundMessage(
            tag: MessageTag(epoch: 0, number: 1), exchange: "belfry", routingKey: report.routingKey,
            id: report.messageID, body: report.body)
    }

    private func cancelled(_ id: ExecutionID) throws -> InboundMessage {
        Self.message(ExecutionCancelled(executionID: id, cancelledAt: Self.now))
    }

    private func unreadable() throws -> InboundMessage {
        var message = try cancelled(ids[0])
        message.body = [0x00]
        return message
    }

    @Test func `the recorder changes all executions of a batch in one transaction, and publishes their events`()
        async throws
    {
        let handled = try await recorder.handle(try ids.map(cancelled))
        #expect(handled.messages.map(\.routingKey) == Array(repeating: "execution.finished.s.j", count: 3))
        #expect(Set(handled.messages.map(\.id)) == Set(ids.map { "\($0)/finished" }))
        #expect(store.content.withLock { $0.transactions } == 1)
        #expect(store.content.withLock { $0.executions.values.allSatisfy { $0.state.reason == .cancelled } })
    }

    /// A recorder that was down, or is late, changes no verdict: only the order in the line counts.
    @Test func `the recorder keeps the progress of its line from batch to batch, and judges expiries by it`()
        async throws
    {
        store.content.withLock { content in
            content.executions[ids[0]]?.state.status = .invoked
            content.executions[ids[0]]?.state.invokedAt = Self.now
        }
        for seconds in 0...70 as ClosedRange<Int64> {
            let sign = SignOfLife(madeAt: Self.now.adding(seconds: seconds), line: Self.line)
            #expect(try await recorder.handle([Self.message(sign)]).messages.isEmpty)
        }
        let expired = ExecutionExpired(
            executionID: ids[0], expiry: .heartbeat, noticedAt: Self.now.adding(seconds: 63))
        let handled = try await recorder.handle([Self.message(expired)])
        #expect(handled.messages.map(\.routingKey) == ["execution.finished.s.j"])
        #expect(store.content.withLock { $0.executions[ids[0]]?.state.reason } == .heartbeat)
    }

    @Test func `the recorder has a delivery requested again that a mark has overtaken`() async throws {
        let mark = MarkTaken(
            madeAt: Self.now.adding(seconds: 60), takenAt: Self.now.adding(seconds: 60), line: Self.line)
        let overdue = DeliveryOverdue(
            executionID: ids[0], afterSeconds: 60, noticedAt: Self.now.adding(seconds: 61))
        let handled = try await recorder.handle([Self.message(mark), Self.message(overdue)])
        #expect(handled.messages.map(\.routingKey) == [RoutingKey.redeliveryRequested])
    }

    @Test
    func `the recorder has each execution delivered that the end of another one releases, and says so twice alike`()
        async throws
    {
        store.content.withLock { [id = ids[1]] content in
            content.released = [content.executions[id]].compactMap { $0?.released(at: Self.now) }
        }
        let batch = [try cancelled(ids[0])]
        let first = try await recorder.handle(batch)
        #expect(first.messages.map(\.routingKey) == [RoutingKey.redeliveryRequested, "execution.finished.s.j"])
        let body = try #require(first.messages.first).body
        let request = try MessageCoder.decode(RedeliveryRequested.self, from: body)
        #expect(request.isRelease && request.executionID == ids[1] && request.foundAt == Self.now)
        #expect(store.content.withLock { $0.causes }.isEmpty, "the first time the store sees the end itself")
        var again = batch
        again[0].isTriedAgain = true
        #expect(try await recorder.handle(again).messages.map(\.id) == first.messages.map(\.id))
        #expect(store.content.withLock { $0.causes } == [ids[0]])
    }

    @Test func `the recorder makes a report about an unknown execution a dead letter`() async throws {
        let unknown = (0..<100).map { _ in ExecutionID.random() }.first { ReportLine(of: $0) == Self.line }
        let handled = try await recorder.handle([try unreadable(), try cancelled(try #require(unknown))])
        #expect(handled.dead.map(\.index) == [0, 1])
        #expect(handled.dead.map(\.reason) == [.unreadable, .unknownExecution])
    }

    @Test func `the recorder publishes the same events for a batch that it receives again`() async throws {
        let batch = try ids.map(cancelled)
        let first = try await recorder.handle(batch)
        var again = batch
        again[0].isTriedAgain = true
        #expect(try await recorder.handle(again).messages.map(\.id) == first.messages.map(\.id))
    }

    /// Accepted attempts, and a report that cannot be read, in one message.
    private func batch(_ bodies: [String]) -> InboundMessage {
        let parts = bodies.enumerated().map { number, body in
            #"{"kind":"delivery.accepted","id":"m\#(number)","body":\#(body)}"#
        }
        return InboundMessage(
            tag: MessageTag(epoch: 0, number: 1), exchange: "belfry", routingKey: "delivery.reports.2",
            body: Array(#"{"reports":[\#(parts.joined(separator: ","))]}"#.utf8))
    }

    private func accepted(_ id: ExecutionID) -> String {
        let attempt = Attempt(number: 1, at: Self.now, statusCode: 200, latencyMilliseconds: 1)
        return String(decoding: DeliveryAccepted(executionID: id, attempt: attempt).body, as: UTF8.self)
    }

    @Test func `the recorder applies the reports of one message, and only a wrong one becomes a dead letter`()
        async throws
    {
        let line = try #require(ReportLine.allCases.first { $0 != Self.line })
        let foreign = try #require((0..<100).map { _ in ExecutionID.random() }.first { ReportLine(of: $0) == line })
        let unknown = try #require(
            (0..<100).map { _ in ExecutionID.random() }.first { ReportLine(of: $0) == Self.line })
        let bodies = [accepted(ids[0]), "7", accepted(ids[1]), accepted(foreign), accepted(unknown), accepted(ids[2])]
        let handled = try await recorder.handle([batch(bodies), try cancelled(ids[0])])
        #expect(handled.messages.count == 4)
        #expect(store.content.withLock { $0.executions.values.allSatisfy { $0.state.invokedAt != nil } })
        #expect(handled.dead.map(\.index) == [0, 0, 0])
        #expect(handled.dead.map(\.report?.id) == ["m1", "m3", "m4"])
        #expect(handled.dead.map(\.reason) == [.unreadable, .unreadable, .unknownExecution])
        #expect(handled.dead.allSatisfy { $0.report?.routingKey == "delivery.accepted.2" })
    }

    @Test func `the recorder records about a thousand reports in one transaction, and the rest in the next`()
        async throws
    {
        let batches = (0..<5).map { _ in batch(Array(repeating: accepted(ids[0]), count: 400)) }
        #expect(try await recorder.handle(batches).count == 3)
    }

    @Test func `the recorder makes a batch that is none a dead letter`() async throws {
        var none = batch([])
        #expect(try await recorder.handle([none]).dead.map(\.reason) == [.unreadable])
        none.body = [0x00]
        let handled = try await recorder.handle([none, try cancelled(ids[1])])
        #expect(handled.dead.map(\.index) == [0] && handled.dead.first?.report == nil)
        #expect(handled.messages.count == 1)
    }

    @Test func `the recorder makes unreadable messages dead letters, and handles the others`() async throws {
        let handled = try await recorder.handle([try unreadable(), try cancelled(ids[1]), try unreadable()])
        #expect(handled.dead.map(\.index) == [0, 2])
        #expect(handled.messages.count == 1)
    }

    @Test func `the recorder does not use the store for a batch of dead letters alone`() async throws {
        store.content.withLock { $0.isUnavailable = true }
        #expect(try await recorder.handle([try unreadable()]).dead.count == 1)
    }

    @Test func `the recorder throws while the store is unavailable, so that the batch waits`() async throws {
        store.content.withLock { $0.isUnavailable = true }
        let batch = [try cancelled(ids[0])]
        await #expect(throws: StoreError.self) { try await recorder.handle(batch) }
    }
}
