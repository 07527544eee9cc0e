public import Hummingbird
public import JobCore
public import Logging
public import Messaging
import StageKit
public import Store

/// The admin API.
///
/// It writes jobs, and nothing else: a run, a cancel and a replay are messages that other stages act on. Every route is
/// in the group of `KeyContext`, so no handler runs without a valid key, and every route of a service is behind
/// `ServiceAccessMiddleware`, so none runs without permission; those about dead letters are, too. The routes of other
/// paths learn the service from the query or from the execution and call `KeyContext.require`.
public struct Console: Sendable {
    let store: any ConsoleStore
    /// Publishes, and fails within a second: a request must not wait for a broker that says nothing.
    let publisher: Coalescer<OutboundMessage, Void>
    /// The events that wait for the broker, for a `Periodic`.
    public let unpublished = UnpublishedChanges()
    let targets: TargetRules
    let time: any TimeSource
    let logger: Logger
    let verifications = KeyShare(limit: KeyShare.verificationLimit)
    let deadLetters: DeadLetterAsker
    let deadLetterShare = KeyShare(limit: KeyShare.deadLetterLimit)
    private let share = KeyShare()

    /// `answers` receives what deadletterd answers. `targets` are those that jobs may have.
    public init(
        store: any ConsoleStore, broker: any MessageBroker, answers: any AnswerReceiver, targets: TargetRules,
        time: any TimeSource, logger: Logger
    ) {
        self.store = store
        self.targets = targets
        publisher = Coalescer(limit: 100) { messages in
            do {
                try await broker.publish(messages)
                return messages.map { _ in .success(()) }
            } catch {
                return messages.map { _ in .failure(error) }
            }
        }
        deadLetters = DeadLetterAsker(answers: answers, publisher: publisher, time: time)
        self.time = time
        self.logger = logger
    }

    /// All routes of the admin API. Every one of them asks for a key.
    public func router() -> Router<ConsoleContext> {
        let router = Router(context: ConsoleContext.self)
        // These also go around unknown paths: without a key they answer 401 like all others.
        router.add(middleware: ErrorMiddleware(logger: logger))
        router.add(middleware: KeyMiddleware(store: store))
        router.add(middleware: KeyShareMiddleware(share: share))
        let api = router.group(context: KeyContext.self)

        api.get("jobs", use: listJobs)
        api.get("schedules:explain", use: explainSchedule)
        api.group("executions")
            .get(use: listExecutions)
            .post(use: listExecutions)
            .get("{id}", use: getExecution)
            .post("{id}/cancel", use: cancelExecution)

        let reading = api.group("services/{service}").add(middleware: ServiceAccessMiddleware(access: .read))
        reading.get("jobs", use: listJobs)
        reading.get("executions", use: listExecutions)
        reading.post("executions", use: listExecutions)
        reading.get("jobs/{job}", use: getJob)
        reading.get("jobs/{job}/executions", use: listExecutions)
        reading.post("jobs/{job}/executions", use: listExecutions)

        api.group("services/{service}").add(middleware: ServiceAccessMiddleware(access: .write))
            .group("jobs/{job}")
            .put(use: putJob)
            .delete(use: deleteJob)
            .post("run", use: runJob)

        let letters = api.group().add(middleware: ServiceAccessMiddleware(access: .handleDeadLetters))
        letters.get("dead-letters", use: listDeadLetters)
        letters.get("dead-letters/{id}", use: getDeadLetter)
        letters.get("dead-letters:export", use: exportDeadLetters)
        letters.post("dead-letters:replay", use: replayDeadLetters)
        letters.post("dead-letters:drop", use: dropDeadLetters)
        return router
    }
}
