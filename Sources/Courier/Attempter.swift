import CoreMetrics
import JobCore
import Logging
import Messaging
import Signing
import StageKit

/// Makes one attempt of a delivery, or defers it, and returns the messages that follow. Logs and counts both.
struct Attempter: Sendable {
    private let invoker: any Invoker
    private let builder: InvocationBuilder
    private let time: any TimeSource
    private let redeliverAfterSeconds: Int64
    private let logger: Logger

    private let accepted = Self.counter("accepted")
    private let retried = Self.counter("retried")
    private let refused = Self.counter("refused")
    private let deferred = Self.counter("deferred")
    private let late = Self.counter("too_late")
    private let returned = Self.counter("returned")
    private let replayed = Self.counter("replayed")
    private let latency = Recorder(label: "belfry_delivery_latency_ms", dimensions: [])
    private let lateness = Recorder(label: "belfry_delivery_lateness_ms", dimensions: [])

    init(
        invoker: any Invoker, builder: InvocationBuilder, time: any TimeSource, redeliverAfterSeconds: Int64,
        logger: Logger
    ) {
        self.invoker = invoker
        self.redeliverAfterSeconds = redeliverAfterSeconds
        self.builder = builder
        self.time = time
        self.logger = logger
    }

    private static func counter(_ outcome: String) -> Counter {
        Counter(label: "belfry_deliveries_total", dimensions: [("outcome", outcome)])
    }

    /// A delivery that was requested longer ago than this is not attempted before the record was asked again. The limit
    /// doubles each time it was asked: while a long queue waits for the couriers, the deliveries must not go round in
    /// it for ever.
    private static func requestAgeMaxMilliseconds(of request: DeliveryRequested) -> Int64 {
        10_000 << min(request.deferrals.askedCount, 6)
    }

    /// Makes one attempt, unless the run may have ended while the delivery waited.
    func attempt(_ delivery: Delivery) async -> AttemptEnd {
        let request = delivery.request
        let begun = time.now()
        let age = request.requestedAt.map { begun.milliseconds(since: $0) } ?? 0
        guard begun < request.deadline, age <= Self.requestAgeMaxMilliseconds(of: request) else {
            return AttemptEnd(result: askAgain(delivery), outcome: .asked)
        }
        do {
            let result = try await result(of: request, begun: begun)
            return AttemptEnd(result: conclude(result, delivery, begun: begun), outcome: LaneOutcome(result.answer))
        } catch {
            return AttemptEnd(result: .deadLetter(.failing, error: "\(error)"), outcome: .notTried)
        }
    }

    /// Sends nothing that its service could not verify: without one of its secrets the attempt has failed.
    private func result(of request: DeliveryRequested, begun: Instant) async throws -> AttemptResult {
        let invocation: Invocation
        do {
            invocation = try builder.invocation(for: request, now: begun)
        } catch let error as SealedSecretError {
            var metadata = metadata(request)
            metadata["error"] = "\(error)"
            logger.error("a webhook can't be signed, nothing was sent", metadata: metadata)
            return AttemptResult(.unsigned, latencyMilliseconds: 0, error: "\(error)")
        }
        let result = await invoker.invoke(invocation)
        CrashPoint.afterAnswer.reach()
        return result
    }

    /// Defers the delivery without an attempt, since the target is busy.
    func `defer`(_ delivery: Delivery, _ deferral: LaneDeferral) -> DeliveryResult {
        let now = time.now()
        guard now < delivery.request.deadline else { return askAgain(delivery) }
        deferred.increment()
        let turnAt = deferral.turnMilliseconds.map { now.adding(milliseconds: $0 - time.monotonicMilliseconds()) }
        return .publish(
            AttemptReports.deferral(
                of: delivery, stepSeconds: deferral.stepSeconds, turnAt: turnAt, now: now,
                redeliverAfterSeconds: redeliverAfterSeconds))
    }

    /// Has the record asked about a redelivery: another courier may have made the attempt, and died before its report.
    /// It leaves the limit of the waiting time as it is, since nothing says that the queue is long. About a replay the
    /// record is asked, too.
    func ask(_ delivery: Delivery) -> DeliveryResult {
        guard delivery.request.replays.isJudged else { return judge(delivery) }
        returned.increment()
        logger.debug("not delivered yet: it came back, asking the record", metadata: metadata(delivery.request))
        var next = delivery.request
        next.deferrals.returnedCount = min(
            max(DeliveryRequested.returnCount(of: delivery.message), next.deferrals.returnedCount + 1),
            Deferrals.countMax)
        return due(next, of: delivery)
    }

    /// Has the record asked about a replay: its run may have ended long ago. It is not reported as deferred, since the
    /// record may know nothing of the run any more. A replay that comes back unjudged waits longer each time.
    private func judge(_ delivery: Delivery) -> DeliveryResult {
        replayed.increment()
        logger.debug("not delivered yet: it is a replay, asking the record", metadata: metadata(delivery.request))
        var next = delivery.request
        let askedCount = next.deferrals.askedCount
        next.deferrals = Deferrals(askedCount: min(askedCount + 1, Deferrals.countMax))
        return .publish([
            OutboundMessage(
                DeliveryDue(next), afterSeconds: RetryLadder.step(atMostSeconds: 1 << min(askedCount, 6)),
                headers: delivery.message.ownHeaders)
        ])
    }

    /// The record knows whether the run still waits for the delivery, and until when.
    private func askAgain(_ delivery: Delivery) -> DeliveryResult {
        late.increment()
        logger.info("not delivered yet: it waited for long, asking the record", metadata: metadata(delivery.request))
        var next = delivery.request
        next.deferrals.askedCount = min(next.deferrals.askedCount + 1, Deferrals.countMax)
        return due(next, of: delivery)
    }

    private func due(_ next: DeliveryRequested, of delivery: Delivery) -> DeliveryResult {
        .publish(
            AttemptReports.wait(
                next, of: delivery, stepSeconds: RetryLadder.stepsSeconds[0], now: time.now(),
                redeliverAfterSeconds: redeliverAfterSeconds))
    }

    private func conclude(_ result: AttemptResult, _ delivery: Delivery, begun: Instant) -> DeliveryResult {
        let request = delivery.request
        let now = time.now()
        let verdict = DeliveryVerdict.decide(
            result.answer, attempt: request.attempt, policy: request.retry, now: now, deadline: request.deadline)
        latency.record(result.latencyMilliseconds)
        lateness.record(begun.milliseconds(since: request.occurrence))
        switch verdict {
        case .accept:
            accepted.increment()
            logger.debug("delivered", metadata: metadata(request))
        case .retry(let stepSeconds):
            retried.increment()
            var metadata = metadata(request, result)
            metadata["wait_s"] = "\(stepSeconds)"
            logger.info("not delivered, another attempt follows", metadata: metadata)
        case .refuse:
            refused.increment()
            logger.info("not delivered, no attempt follows", metadata: metadata(request, result))
        }
        let attempt = result.attempt(
            number: request.attempt, at: begun, target: request.target.kind, verdict: verdict)
        let messages = AttemptReports.messages(verdict, of: delivery, attempt: attempt, now: now)
        // Nobody replays a test: the person who waited for it makes another one.
        return verdict == .refuse && !request.isTest ? .refuse(attempt, reports: messages) : .publish(messages)
    }

    private func metadata(_ request: DeliveryRequested, _ result: AttemptResult? = nil) -> Logger.Metadata {
        var fields: Logger.Metadata = [
            "execution_id": "\(request.executionID)", "job": "\(request.jobName)", "attempt": "\(request.attempt)",
        ]
        guard let result else { return fields }
        // What the service answered is on record, and not in the log: it may echo the payload.
        fields["error"] = (result.statusCode.map { "status \($0)" } ?? result.error).map { "\($0)" }
        fields["detail"] = result.detail.map { "\($0)" }
        return fields
    }
}
