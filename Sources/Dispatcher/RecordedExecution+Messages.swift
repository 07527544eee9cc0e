import JobCore
import Messaging
import Store

extension RecordedExecution {
    /// The messages that a recorded execution leads to: the same when its message is handled for the first time and for
    /// each further time. `NewExecution.record` leaves out executions that another message led to.
    ///
    /// Each publishes its events. A pending execution is delivered. An execution that is running or has ended since
    /// was delivered, so it is not delivered again. Nor is one with an attempt on record: its retry waits in the
    /// ladder, and would be made twice. Nor is one that is buffered, or whose delivery became due anew: another message
    /// requests it.
    ///
    /// `isBulk` says whether the delivery is more than its service's share. `secrets` are those of its service that are
    /// valid now: after a rotation, the same message has the same id and other secrets.
    /// `headers` are carried on by the delivery.
    func messages(
        job: Job, isBulk: Bool, secrets: ServiceSecrets, headers: [String: String] = [:]
    ) -> [OutboundMessage] {
        guard execution.state.status == .pending, execution.attempts.isEmpty, !execution.isDueAnew else {
            return eventMessages
        }
        let delivery = delivery(job: job, isBulk: isBulk, secrets: secrets)
        return [OutboundMessage(delivery, headers: headers)] + eventMessages
    }

    /// The events of what the dispatcher records: `execution.created`, and `execution.finished` of an execution that it
    /// created as failed (locked, missed).
    var eventMessages: [OutboundMessage] {
        let isCreatedAsFailed =
            execution.state.status == .fail
            && (execution.state.reason == .locked || execution.state.reason == .missed)
        let events: [ExecutionEvent] = isCreatedAsFailed ? [.created, .finished] : [.created]
        return events.map { OutboundMessage(ExecutionChanged($0, of: execution)) }
    }

    /// The message that makes up for a lost delivery or a lost retry, or the first one of a released execution.
    func redelivery(job: Job, isBulk: Bool, secrets: ServiceSecrets) -> OutboundMessage {
        OutboundMessage(delivery(job: job, isBulk: isBulk, secrets: secrets))
    }

    private func delivery(job: Job, isBulk: Bool, secrets: ServiceSecrets) -> DeliveryRequested {
        var delivery = DeliveryRequested(
            executionID: execution.id, jobName: execution.jobName, occurrence: execution.occurrence,
            attempt: (execution.attempts.map(\.number).max() ?? 0) + 1, target: job.target, headers: job.headers,
            payload: execution.payload ?? job.payload, schedule: job.schedule.expression,
            ttlSeconds: execution.state.ttlSeconds,
            heartbeatIntervalSeconds: execution.state.heartbeatIntervalSeconds, timeoutSeconds: job.timeoutSeconds,
            retry: job.retry, deadline: execution.state.ttlDeadline, lastSuccess: lastSuccess,
            isExclusive: execution.isExclusive, retryOf: execution.retryOf, trigger: execution.trigger)
        // Not now: a message that is handled twice leads to the same messages.
        delivery.requestedAt = execution.attemptDueAt
        delivery.isBulk = isBulk
        delivery.isTest = execution.trigger == .test
        delivery.secrets = secrets
        return delivery
    }
}
