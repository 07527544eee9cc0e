import Determinism
import JobCore
import Logging
import Messaging
import Store
import Synchronization
import Testing

@testable import Dispatcher

/// Guarantee: nothing is delivered after its execution has ended.
@Suite struct `A delivery that comes back from the retry ladder` {
    private static let now = Instant(secondsSinceEpoch: 1_800_000_000)
    private static let job = Job(
        name: JobName(service: "s", job: "j"),
        target: InvocationTarget(kind: .http, address: "https://example.com/"), payload: "own",
        schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60)

    private let store = MemoryDispatchStore([])
    private let execution = Execution.requested(
        .random(), of: job, at: now, payload: "mine", retryOf: nil, now: now)

    init() {
        store.content.withLock { [execution] in $0.executions[execution.id] = execution }
    }

    private func delivery(attempt: Int, of id: ExecutionID? = nil, deferrals: Deferrals = Deferrals())
        -> DeliveryRequested
    {
        var delivery = DeliveryRequested(
            executionID: id ?? execution.id, jobName: Self.job.name, occurrence: Self.now, attempt: attempt,
            target: Self.job.target, headers: ["X-Own": "kept"], payload: "mine", schedule: "rate(1 minute)",
            ttlSeconds: 60, heartbeatIntervalSeconds: 30, timeoutSeconds: 15, retry: RetryPolicy(),
            deadline: Self.now.adding(seconds: 60), lastSuccess: nil, isExclusive: false, retryOf: nil)
        delivery.deferrals = deferrals
        return delivery
    }

    private func handle(_ messages: [InboundMessage]) async throws -> HandledBatch {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return try await DeliveryDueHandler(
            store: store, share: ServiceShare(), time: HandTime(Self.now), logger: logger
        ).handle(messages)
    }

    private static func message(_ delivery: DeliveryRequested, headers: [String: String] = [:]) -> InboundMessage {
        let due = OutboundMessage(DeliveryDue(delivery), headers: headers)
        return InboundMessage(
            tag: MessageTag(epoch: 0, number: 1), exchange: "belfry", routingKey: due.routingKey,
            headers: due.headers, id: due.id, body: due.body)
    }

    @Test func `a delivery whose execution waits for it is requested, with what the record says now`() async throws {
        let extended = Self.now.adding(seconds: 90)
        let dueAt = Self.now.adding(seconds: 5)
        store.content.withLock { [execution] content in
            content.executions[execution.id]?.attempts = [
                Attempt(number: 1, at: Self.now, statusCode: 503, latencyMilliseconds: 9)
            ]
            content.executions[execution.id]?.state.ttlDeadline = extended
            content.executions[execution.id]?.attemptDueAt = dueAt
        }
        let turnAt = Self.now.adding(seconds: 7)
        let waiting = delivery(attempt: 2, deferrals: Deferrals(count: 3, turnAt: turnAt))
        let batch = try await handle([Self.message(waiting, headers: ["belfry-own": "kept", "x-death": "1"])])
        try #require(batch.messages.count == 1 && batch.dead.isEmpty)
        #expect(batch.messages[0].routingKey == RoutingKey.deliveryRequested)
        #expect(batch.messages[0].id == "\(execution.id)/2")
        #expect(batch.messages[0].headers["belfry-own"] == "kept" && batch.messages[0].headers["x-death"] == nil)
        var expected = delivery(
            attempt: 2, deferrals: Deferrals(count: 3, turnAt: turnAt, recordedDueAt: dueAt))
        expected.deadline = extended
        expected.requestedAt = Self.now
        var inbound = Self.message(waiting)
        (inbound.headers, inbound.body) = (batch.messages[0].headers, batch.messages[0].body)
        #expect(try DeliveryRequested(reading: inbound) == expected)
    }

    @Test(arguments: [
        (ServiceSecrets.derived, ServiceSecrets(sealed: ["new"], isDerivedValid: true)),
        (ServiceSecrets(sealed: ["old"], isDerivedValid: true), ServiceSecrets(sealed: ["new"], isDerivedValid: false)),
        (ServiceSecrets(sealed: ["old"], isDerivedValid: true), nil),
    ])
    func `a delivery whose service's secret was rotated during its wait has the secrets of now`(
        before: ServiceSecrets, now: ServiceSecrets?
    ) async throws {
        var waiting = delivery(attempt: 2)
        waiting.secrets = before
        store.content.withLock { $0.secrets["s"] = now }
        let batch = try await handle([Self.message(waiting), Self.message(waiting)])
        let secrets = try batch.messages.map { try MessageCoder.decode(DeliveryRequested.self, from: $0.body).secrets }
        #expect(secrets == [now ?? .derived, now ?? .derived])
        #expect(store.content.withLock { $0.secretQuestions } == [["s"]], "one question for the batch")
    }

    @Test(arguments: ExecutionStatus.allCases.filter { $0 != .pending })
    func `a delivery whose execution has started or ended is not requested`(status: ExecutionStatus) async throws {
        store.content.withLock { [execution] in $0.executions[execution.id]?.state.status = status }
        #expect(try await handle([Self.message(delivery(attempt: 2))]) == HandledBatch())
    }

    @Test func `a delivery of an unknown execution is not requested, and the others of its batch are`() async throws {
        let batch = try await handle([
            Self.message(delivery(attempt: 1, of: .random())), Self.message(delivery(attempt: 1)),
        ])
        #expect(batch.messages.map(\.id) == ["\(execution.id)/1"])
    }

    @Test func `a delivery of the bulk stays bulk`() async throws {
        var bulk = delivery(attempt: 2)
        bulk.isBulk = true
        let batch = try await handle([Self.message(bulk), Self.message(delivery(attempt: 2))])
        #expect(batch.messages.map(\.routingKey) == ["delivery.requested.bulk", "delivery.requested"])
    }

    @Test func `a mark is sent on behind the deliveries that it has passed, also while the store is unavailable`()
        async throws
    {
        let sent = OutboundMessage(DeliveryMark(madeAt: Self.now))
        let mark = InboundMessage(
            tag: MessageTag(epoch: 0, number: 2), exchange: "belfry", routingKey: sent.routingKey, id: sent.id,
            body: sent.body)
        let batch = try await handle([Self.message(delivery(attempt: 1)), mark])
        #expect(batch.messages.map(\.routingKey) == ["delivery.requested"])
        #expect(batch.marks.map(\.routingKey) == ["delivery.mark.bulk"] && batch.marks.map(\.body) == [sent.body])
        store.content.withLock { $0.isUnavailable = true }
        #expect(try await handle([mark]).marks == batch.marks)
    }

    @Test func `a delivery that comes back twice leads to the same message twice`() async throws {
        let message = Self.message(delivery(attempt: 2))
        let batch = try await handle([message, message])
        #expect(batch.messages.count == 2 && batch.messages[0] == batch.messages[1])
    }

    @Test(
        arguments: [
            [Header.deferrals: "-1"], [Header.deferrals: "1000001"], [Header.deferrals: "9223372036854775808"],
            [Header.turnAt: "-1"], [Header.turnAt: "9223372036854775807"], [Header.turnAt: "soon"],
            [Header.recordedDueAt: "253402300800000"],
        ])
    func `a delivery with an impossible number in a header becomes a dead letter`(headers: [String: String])
        async throws
    {
        let batch = try await handle([Self.message(delivery(attempt: 1), headers: headers)])
        #expect(batch.messages.isEmpty && batch.dead.map(\.reason) == [.unreadable])
    }

    @Test func `the handler of returning deliveries throws while the store is unavailable, so that they wait`()
        async throws
    {
        store.content.withLock { $0.isUnavailable = true }
        await #expect(throws: StoreError.self) { try await handle([Self.message(delivery(attempt: 1))]) }
    }
}
