import JobCore
import Messaging
import Testing

/// Guarantee: the id of a message is its deduplication key. The same fact has the same id, and two facts never share an
/// id.
@Suite struct `A pipeline message` {
    private static let id = ExecutionID.random()
    private static let name = JobName(service: "s", job: "j")
    private static func at(_ seconds: Int64) -> Instant { Instant(secondsSinceEpoch: 1_000 + seconds) }

    private static func attempt(_ number: Int) -> Attempt {
        Attempt(number: number, at: at(0), statusCode: 503, latencyMilliseconds: 7, error: "busy")
    }

    private static func due(
        _ expression: String = "rate(1 minute)", at seconds: Int64 = 0, from: JobRange.Key? = nil,
        to: JobRange.Key? = nil, isBulk: Bool = false
    ) -> ScheduleDue {
        ScheduleDue(
            schedule: ScheduleKey(expression), occurrence: at(seconds), tickedAt: at(seconds + 1),
            range: JobRange(from: from, to: to), isBulk: isBulk)
    }

    private static let keys = [("a", 1), ("a", 2), ("b", 1)].map { JobRange.Key(service: $0.0, slot: $0.1) }

    private static func delivery(attempt: Int, deferrals: Deferrals = Deferrals()) -> DeliveryRequested {
        var delivery = DeliveryRequested(
            executionID: id, jobName: name, occurrence: at(0), attempt: attempt,
            target: InvocationTarget(kind: .http, address: "https://example.com/"), headers: [:], payload: nil,
            schedule: "rate(1 minute)", ttlSeconds: 60, heartbeatIntervalSeconds: 30, timeoutSeconds: 15,
            retry: RetryPolicy(), deadline: at(60), lastSuccess: nil, isExclusive: false, retryOf: nil)
        delivery.deferrals = deferrals
        return delivery
    }

    private static func execution(heartbeatAt seconds: Int64? = nil) -> Execution {
        var execution = Execution(
            id: id, jobID: name.id, jobName: name, occurrence: at(0), createdAt: at(0), isExclusive: false,
            trigger: .manual, schedule: "rate(1 minute)",
            state: .pending(from: at(0), ttlSeconds: 5, heartbeatIntervalSeconds: 5), attemptDueAt: at(0))
        execution.state.lastHeartbeatAt = seconds.map(at)
        return execution
    }

    private static func sign(_ seconds: Int64, _ line: Int) -> SignOfLife {
        SignOfLife(madeAt: at(seconds), line: ReportLine.allCases[line])
    }

    private static func mark(_ seconds: Int64, _ line: Int) -> MarkTaken {
        MarkTaken(madeAt: at(seconds), takenAt: at(seconds + 1), line: ReportLine.allCases[line])
    }

    /// A mark that has passed this many queues.
    private static func passedMark(_ count: Int) -> DeliveryMark {
        var mark = DeliveryMark(madeAt: at(0))
        for _ in 0..<count { mark = mark.next ?? mark }
        return mark
    }

    private static func fields(updatedAt seconds: Int64) -> JobFields {
        let job = Job(
            name: name, target: InvocationTarget(kind: .http, address: "https://example.com/"),
            schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60)
        return JobFields(job, createdAt: at(0), updatedAt: at(seconds))
    }

    /// Facts that differ in one thing each.
    private static let facts: [any PipelineMessage] = [
        due(), due("rate(2 minutes)"), due(at: 60), due(from: keys[0]), due(to: keys[0]),
        due(from: keys[0], to: keys[1]), due(from: keys[0], to: keys[2]), due(from: keys[1]), Baton(cursor: at(0)),
        Baton(cursor: at(1)),
        RunRequested(executionID: id, jobName: name, requestedAt: at(0)),
        RedeliveryRequested(executionID: id, jobName: name, foundAt: at(0)),
        RedeliveryRequested(executionID: id, jobName: name, foundAt: at(300)), delivery(attempt: 1),
        delivery(attempt: 2), DeliveryDue(delivery(attempt: 1)), DeliveryDue(delivery(attempt: 2)),
        DeliveryDue(delivery(attempt: 2, deferrals: Deferrals(count: 1))),
        DeliveryMark(madeAt: at(0)), DeliveryMark(madeAt: at(5)), passedMark(1), passedMark(2), sign(0, 0), sign(0, 1),
        sign(1, 0), mark(0, 0),
        mark(0, 1), mark(1, 0), DeliveryOverdue(executionID: id, afterSeconds: 300, noticedAt: at(0)),
        DeliveryOverdue(executionID: id, afterSeconds: 300, noticedAt: at(5)),
        DeliveryAccepted(executionID: id, attempt: attempt(1)), DeliveryAccepted(executionID: id, attempt: attempt(2)),
        DeliveryRefused(executionID: id, attempt: attempt(1)),
        DeliveryDeferred(executionID: id, cause: .failed(attempt(1)), nextAttemptAt: at(5)),
        DeliveryDeferred(executionID: id, cause: .failed(attempt(2)), nextAttemptAt: at(5)),
        DeliveryDeferred(executionID: id, cause: .busy(attempt: 1, count: 1, at: at(1)), nextAttemptAt: at(5)),
        DeliveryDeferred(executionID: id, cause: .busy(attempt: 1, count: 2, at: at(1)), nextAttemptAt: at(5)),
        DeliveryDeferred(executionID: id, cause: .busy(attempt: 2, count: 1, at: at(1)), nextAttemptAt: at(5)),
        ExecutionExpired(executionID: id, expiry: .ttl, noticedAt: at(0)),
        ExecutionExpired(executionID: id, expiry: .heartbeat, noticedAt: at(0)),
        ExecutionExpired(executionID: id, expiry: .ttl, noticedAt: at(60)),
        ExecutionCancelled(executionID: id, cancelledAt: at(0)), ExecutionChanged(.created, of: execution()),
        ExecutionChanged(.started, of: execution()),
        ExecutionChanged(.progressed, of: execution(heartbeatAt: 1)),
        ExecutionChanged(.progressed, of: execution(heartbeatAt: 2)),
        ExecutionChanged(.progressed, of: execution(heartbeatAt: 2), heartbeatAt: at(3)),
        ExecutionChanged(.finished, of: execution()), JobChanged(deleted: name, at: at(0)),
        JobChanged(deleted: name, at: at(1)), JobChanged(put: fields(updatedAt: 0)),
        JobChanged(put: fields(updatedAt: 1)),
    ]

    @Test func `two different facts never have the same message id`() {
        let ids = Self.facts.map(\.messageID)
        #expect(!ids.contains(nil))
        #expect(Set(ids).count == ids.count, "\(ids)")
    }

    @Test func `the same fact always has the same message id, in every release`() {
        #expect(Self.facts.map(\.messageID) == Self.facts.map(\.messageID))
        #expect(Self.due().messageID == Self.due().messageID)
        #expect(Self.delivery(attempt: 2).messageID == "\(Self.id)/2")
        #expect(ExecutionChanged(.finished, of: Self.execution()).messageID == "\(Self.id)/finished")
        #expect(ExecutionCancelled(executionID: Self.id, cancelledAt: Self.at(9)).messageID == "\(Self.id)/cancelled")
    }

    @Test func `a pipeline message can be published even with the longest expression and names`() {
        let longest = ScheduleKey(
            String(repeating: "x", count: 256), timeZone: String(repeating: "z", count: 64), dst: .default)
        let name = JobName(service: String(repeating: "s", count: 128), job: String(repeating: "j", count: 128))
        let key = JobRange.Key(name)
        let due = ScheduleDue(
            schedule: longest, occurrence: Self.at(0), tickedAt: Self.at(0), range: JobRange(from: key, to: key))
        var execution = Self.execution()
        execution.jobName = name
        let events = ExecutionEvent.allCases.map { ExecutionChanged($0, of: execution) }
        let messages: [any PipelineMessage] = [due, JobChanged(deleted: name, at: Self.at(0))] + events
        for message in messages + Self.facts { #expect(OutboundMessage(message).fault == nil) }
    }

    @Test func `a pipeline message goes to a queue, unless it is an event`() {
        let keys = Set(WorkQueue.allCases.flatMap(\.routingKeys))
        for message in Self.facts {
            let isEvent = message is any EventMessage
            #expect(OutboundMessage(message).isMandatory == !isEvent)
            #expect(keys.contains(message.routingKey) == !isEvent, "\(message.routingKey)")
        }
    }

    @Test func `a report is read as it was written`() throws {
        let deferred: [DeliveryDeferred] = [
            .init(executionID: Self.id, cause: .failed(Self.attempt(1)), nextAttemptAt: Self.at(5)),
            .init(executionID: Self.id, cause: .busy(attempt: 2, count: 3, at: Self.at(1)), nextAttemptAt: Self.at(5)),
        ]
        for report in deferred { #expect(try MessageCoder.decode(DeliveryDeferred.self, from: report.body) == report) }
        let accepted = DeliveryAccepted(executionID: Self.id, attempt: Self.attempt(1))
        #expect(try MessageCoder.decode(DeliveryAccepted.self, from: accepted.body) == accepted)
        let redelivery = RedeliveryRequested(executionID: Self.id, jobName: Self.name, foundAt: Self.at(1))
        #expect(try MessageCoder.decode(RedeliveryRequested.self, from: redelivery.body) == redelivery)
    }

    @Test(arguments: ["0", "-1", "1000001", "9223372036854775808", "null", "1.5"])
    func `a deferral with an impossible count is unreadable`(count: String) {
        let text =
            #"{"execution_id": "\#(Self.id)", "next_attempt": 1, "deferrals": \#(count), "next_attempt_at_ms": 5}"#
        #expect(throws: UnreadableMessage.self) {
            try MessageCoder.decode(DeliveryDeferred.self, from: Array(text.utf8))
        }
    }

    private static func inbound(_ message: OutboundMessage) -> InboundMessage {
        InboundMessage(
            tag: MessageTag(epoch: 1, number: 1), exchange: "belfry", routingKey: message.routingKey,
            headers: message.headers, id: message.id, body: message.body)
    }

    @Test func `a mark passes every queue in which deliveries wait, and each of them takes its own marks only`() throws
    {
        var queues: [WorkQueue] = []
        var mark: DeliveryMark? = DeliveryMark(madeAt: Self.at(0))
        while let passed = mark {
            let message = Self.inbound(OutboundMessage(passed))
            #expect(message.isMark)
            #expect(try DeliveryMark(reading: message) == passed)
            queues += WorkQueue.allCases.filter {
                $0.exchange == .pipeline && $0.accepts(routingKey: passed.routingKey)
            }
            mark = passed.next
        }
        #expect(queues == [.dispatcherDeliveries, .courierBulk, .courierDeliveries])
        let other = Self.inbound(OutboundMessage(routingKey: "delivery.mark", body: Self.passedMark(0).body))
        #expect(!other.isMark)
        #expect(throws: UnreadableMessage.self) { try DeliveryMark(reading: other) }
    }

    @Test func `a delivery of the bulk has a queue of its own, also after its wait in the retry ladder`() throws {
        var delivery = Self.delivery(attempt: 2)
        #expect(!String(decoding: delivery.body, as: UTF8.self).contains("bulk"))
        #expect(WorkQueue.courierDeliveries.accepts(routingKey: delivery.routingKey))
        delivery.isBulk = true
        #expect(WorkQueue.courierBulk.accepts(routingKey: delivery.routingKey))
        #expect(!WorkQueue.courierDeliveries.accepts(routingKey: delivery.routingKey))
        let waiting = OutboundMessage(DeliveryDue(delivery), afterSeconds: 30, headers: [:])
        #expect(try DeliveryDue(reading: Self.inbound(waiting)).delivery == delivery)
    }

    @Test func `a deferred delivery goes to its retry queue with everything that its next attempt needs`() throws {
        let deferrals = Deferrals(
            count: 2, askedCount: 1, returnedCount: 4, turnAt: Self.at(40), recordedDueAt: Self.at(3))
        let delivery = Self.delivery(attempt: 2, deferrals: deferrals)
        let own = [
            "a": "b", Header.deferrals: "1", Header.returnedCount: "9", Header.turnAt: "1", Header.recordedDueAt: "1",
        ]
        let waiting = OutboundMessage(DeliveryDue(delivery), afterSeconds: 30, headers: own)
        #expect(waiting.exchange == .retry && waiting.routingKey == "courier.retry.30")
        #expect(waiting.headers["a"] == "b" && waiting.isMandatory)
        #expect(try DeliveryDue(reading: Self.inbound(waiting)).delivery == delivery)
        let requested = OutboundMessage(afterItsWait: Self.delivery(attempt: 2), headers: waiting.headers)
        #expect(requested.headers == ["a": "b"], "what was counted before is not carried on")
    }

    @Test(arguments: [(false, nil, nil, 0), (true, "2", nil, 2), (false, "2", "3", 3), (true, "2", "3", 5)])
    func `the returns of a delivery are those of its message, and those before the record was asked`(
        isRedelivered: Bool, broker: String?, before: String?, count: Int
    ) {
        var message = Self.inbound(OutboundMessage(Self.delivery(attempt: 1)))
        message.isRedelivered = isRedelivered
        message.headers["x-delivery-count"] = broker
        message.headers[Header.returnedCount] = before
        #expect(DeliveryRequested.returnCount(of: message) == count)
    }

    @Test(arguments: [
        ServiceSecrets.derived, ServiceSecrets(sealed: ["s1.main.a"], isDerivedValid: true),
        ServiceSecrets(
            sealed: (0..<8).map { _ in String(repeating: "x", count: 160) }, isDerivedValid: false),
    ])
    func `a delivery has the secrets of its service, and not a byte for a service without its own`(
        secrets: ServiceSecrets
    ) throws {
        var delivery = Self.delivery(attempt: 2)
        delivery.secrets = secrets
        #expect(String(decoding: delivery.body, as: UTF8.self).contains("secret") == !secrets.sealed.isEmpty)
        let waiting = OutboundMessage(DeliveryDue(delivery), afterSeconds: 30, headers: [:])
        #expect(try DeliveryDue(reading: Self.inbound(waiting)).delivery == delivery)
    }

    private static let impossibleFields = [
        #""secrets": [\#(Array(repeating: #""s""#, count: 9).joined(separator: ","))]"#,
        #""secrets": ["\#(String(repeating: "x", count: 161))"]"#, #""secrets": [1]"#,
        #""backoff_seconds": [9223372036854775807]"#, #""backoff_seconds": [-1]"#, #""backoff_seconds": [36001]"#,
        #""backoff_seconds": [\#(Array(repeating: "1", count: 21).joined(separator: ","))]"#,
        #""max_attempts": 0"#, #""max_attempts": 21"#, #""max_attempts": 9223372036854775807"#,
        #""timeout_seconds": 9223372036854775807"#, #""deadline_ms": 9223372036854775807"#, #""attempt": 0"#,
    ]

    @Test(arguments: impossibleFields)
    func `a delivery with an impossible number is unreadable`(field: String) throws {
        let name = try #require(field.split(separator: ":").first)
        let text = String(decoding: Self.delivery(attempt: 2).body, as: UTF8.self)
        let rest = text.dropFirst().split(separator: ",").filter { !$0.hasPrefix(name) }.joined(separator: ",")
        let body = "{\(field),\(rest.hasSuffix("}") ? rest : rest + "}")"
        let error = #expect(throws: UnreadableMessage.self) {
            try MessageCoder.decode(DeliveryRequested.self, from: Array(body.utf8))
        }
        #expect(error?.description.contains(name.dropFirst().dropLast()) == true)
    }

    @Test func `a callback message has its execution and the time as headers, and the service's text as its body`()
        throws
    {
        let callback = CallbackReceived(executionID: Self.id, receivedAt: Self.at(7), body: [0x7B])
        let sent = OutboundMessage(callback)
        let inbound = InboundMessage(
            tag: MessageTag(epoch: 1, number: 1), exchange: "belfry", routingKey: sent.routingKey,
            headers: sent.headers, id: sent.id, body: sent.body)
        #expect(try CallbackReceived(reading: inbound) == callback)
        let again = CallbackReceived(executionID: Self.id, receivedAt: Self.at(7), body: [0x7B])
        #expect(callback.messageID != again.messageID)
        for header in [Header.execution, Header.receivedAt] {
            var without = inbound
            without.headers[header] = nil
            #expect(throws: UnreadableMessage.self) { try CallbackReceived(reading: without) }
        }
    }

    @Test func `the id of a published callback differs by execution and by the id or the body that its service chose`()
    {
        let (other, body) = (ExecutionID.random(), Array("{}".utf8))
        let ids = [
            MessageID.callback(Self.id, published: "a", body: body),
            MessageID.callback(Self.id, published: "b", body: body),
            MessageID.callback(other, published: "a", body: body),
            MessageID.callback(Self.id, published: nil, body: body),
            MessageID.callback(Self.id, published: nil, body: []),
        ]
        #expect(Set(ids).count == ids.count)
        #expect(ids[0] == MessageID.callback(Self.id, published: "a", body: []))
    }

    @Test(arguments: ["4", "-1", "null", "1.5"]) func `a report of a line that there is not is unreadable`(line: String)
    {
        let text = #"{"made_at_ms": 5, "line": \#(line)}"#
        #expect(throws: UnreadableMessage.self) { try MessageCoder.decode(SignOfLife.self, from: Array(text.utf8)) }
    }
}
