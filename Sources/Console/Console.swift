public import Hummingbird
public import JobCore
public import Logging
public import Messaging
import OpenAPI
public import StageKit
public import Store

/// The admin API.
///
/// It writes jobs, pauses, API keys and audit entries, and nothing else: a run, a cancel and a replay are messages that
/// other stages act on. Every change has an audit entry (`AuditEntry`).
///
/// Every route but the one of the document is in the group of `KeyContext`, so no handler runs without a valid key.
/// Every route of a service is behind `ServiceAccessMiddleware`, so none runs without permission; those about dead
/// letters, tags and keys are, too. The routes of other paths learn the service from the query, from the body or from
/// the execution and call `KeyContext.require`.
public struct Console: Sendable {
    let store: any ConsoleStore & PauseStore
    /// Publishes, and fails within a second: a request must not wait for a broker that says nothing.
    let publisher: Coalescer<OutboundMessage, Void>
    /// The events that wait for the broker.
    public let unpublished = UnpublishedChanges()
    let keyUse: KeyUse
    /// Writes audit entries; see `record`.
    let recorder: Coalescer<AuditEntry, Void>
    let targets: TargetRules
    let time: any TimeSource
    let logger: Logger
    let verifications = KeyShare(.verifications)
    let batches = KeyShare(.batches)
    let deadLetters: DeadLetterAsker
    let deadLetterShare = KeyShare(.deadLetters)
    let status: StatusProbe
    private let share = KeyShare(.requests)

    /// A store that is locked by another program says so after 5 s.
    private static let recordMaxMilliseconds: Int64 = 6_000

    /// `queues` tells the depths of queues. `answers` receives what deadletterd answers. `targets` are those that jobs
    /// may have.
    public init(
        store: any ConsoleStore & PauseStore & ReadinessStore, broker: any MessageBroker, queues: any QueueInspector,
        answers: any AnswerReceiver, targets: TargetRules, time: any TimeSource, logger: Logger
    ) {
        self.store = store
        status = StatusProbe(store: store, queues: queues, publishing: broker, time: time, logger: logger)
        self.targets = targets
        publisher = Coalescer(limit: 100) { messages in
            do {
                try await broker.publish(messages)
                return messages.map { _ in .success(()) }
            } catch {
                return messages.map { _ in .failure(error) }
            }
        }
        recorder = Coalescer(limit: 100, workMaxMilliseconds: Self.recordMaxMilliseconds) { entries in
            do {
                try await store.record(entries)
                return entries.map { _ in .success(()) }
            } catch {
                return entries.map { _ in .failure(error) }
            }
        }
        keyUse = KeyUse(store: store)
        deadLetters = DeadLetterAsker(answers: answers, publisher: publisher, time: time)
        self.time = time
        self.logger = logger
    }

    /// What works by the clock, for a `Periodic` each.
    public var periodicStages: [any PeriodicStage] { [unpublished, keyUse] }

    /// All routes of the admin API. Every one of them asks for a key, except the one of the document.
    public func router() -> Router<ConsoleContext> {
        let router = Router(context: ConsoleContext.self)
        router.add(middleware: ErrorMiddleware(logger: logger))
        // Middleware goes around the routes that are added after it, so this one needs no key and takes no share.
        APIDescription.serve({ ConsoleDescription.document }, by: router)
        // These also go around unknown paths: without a key they answer 401 like all others.
        router.add(middleware: KeyMiddleware(store: store, use: keyUse, time: time))
        router.add(middleware: KeyShareMiddleware(share: share))
        let api = router.group(context: KeyContext.self)

        api.get("jobs", use: listJobs)
        api.post("jobs", use: listJobs)
        api.post("jobs:batch", use: changeJobs)
        api.get("services", use: listServices)
        api.get("schedules", use: listSchedules)
        api.get("schedules:explain", use: explainSchedule)
        api.get("status", use: getStatus)
        api.get("audit", use: listAudit)
        api.get("pauses", use: listPauses)
        api.group("executions")
            .get(use: listExecutions)
            .post(use: listExecutions)
            .get("{id}", use: getExecution)
            .post("{id}/cancel", use: cancelExecution)
            .post("{id}/retry", use: retryExecution)

        let reading = api.group("services/{service}").add(middleware: ServiceAccessMiddleware(access: .read))
        reading.get("jobs", use: listJobs)
        reading.post("jobs", use: listJobs)
        reading.get("executions", use: listExecutions)
        reading.post("executions", use: listExecutions)
        reading.get("jobs/{job}", use: getJob)
        reading.get("jobs/{job}/executions", use: listExecutions)
        reading.post("jobs/{job}/executions", use: listExecutions)

        let writing = api.group("services/{service}").add(middleware: ServiceAccessMiddleware(access: .write))
        writing.post("pause", use: pauseService)
        writing.post("resume", use: resumeService)
        writing.group("jobs/{job}")
            .put(use: putJob)
            .delete(use: deleteJob)
            .post("run", use: runJob)
            .post("pause", use: pauseJob)
            .post("resume", use: resumeJob)

        // A tag is in the jobs of any service: the middleware asks for access to all services, which an admin has.
        let tags = api.group("tags/{tag}").add(middleware: ServiceAccessMiddleware(access: .write))
        tags.post("pause", use: pauseTag)
        tags.post("resume", use: resumeTag)

        let letters = api.group().add(middleware: ServiceAccessMiddleware(access: .handleDeadLetters))
        letters.get("dead-letters", use: listDeadLetters)
        letters.get("dead-letters/{id}", use: getDeadLetter)
        letters.get("dead-letters:export", use: exportDeadLetters)
        letters.post("dead-letters:replay", use: replayDeadLetters)
        letters.post("dead-letters:drop", use: dropDeadLetters)

        api.group("keys").add(middleware: ServiceAccessMiddleware(access: .manageKeys))
            .get(use: listKeys)
            .post(use: createKey)
            .delete("{name}", use: revokeKey)
        return router
    }
}
