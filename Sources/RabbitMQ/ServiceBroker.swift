import JobCore
public import Logging
import Messaging
import Synchronization

/// Publishes to exchanges and queues of other people, on a broker of theirs: a mistake in one destination costs only
/// the messages that go there.
///
/// RabbitMQ closes the channel because of a message to an exchange that doesn't exist or that the user may not write
/// to, and every message on its way is lost with it. So there are two connections. A destination that is not known to
/// work is tried on the *trial* connection, one message at a time, where a closed channel tells about that message. The
/// *main* connection has the messages for destinations that work, many at a time.
///
/// Nothing here hangs: a broker that is unavailable, blocked or silent is an answer, after some seconds at most.
public final class ServiceBroker: Sendable {
    /// How the publishing of a message has ended. The reasons are the broker's own: they may name our users and hosts.
    public enum Answer: Sendable, Equatable {
        /// A queue has the message.
        case confirmed
        /// No queue is bound.
        case unroutable
        /// The exchange doesn't exist.
        case missingExchange(reason: String)
        /// The user may not publish to the exchange, or not with this routing key.
        case notPermitted(reason: String)
        /// The broker takes no such message, for example because of its size.
        case rejected(reason: String)
        /// A queue is full, or has an error.
        case full
        /// No answer. The message may arrive all the same.
        case unavailable(reason: String)
    }

    private static let confirmWait = DestinationMemory.confirmWait
    private static let reasonBytesMax = 300

    private let main: Publisher
    private let trial: Publisher
    private let turns = TrialTurns()
    private let memory = Mutex(DestinationMemory())

    /// Opens nothing yet: `run` does.
    public init(options: ConnectionOptions, logger: Logger) {
        var options = options
        options.advice = .services
        // Longer than a caller waits, who then forgets the destination; so a queue without its majority holds up the
        // others once, and not again and again.
        main = Publisher(
            options: options, role: "service", confirmTimeout: Self.confirmWait * 1.5, reopensChannel: true,
            logger: logger)
        trial = Publisher(options: options, role: "trial", reopensChannel: true, isOneAtATime: true, logger: logger)
    }

    /// Keeps the connections open, and reconnects after a loss, until the task is cancelled. Run it once.
    public func run() async {
        await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                for publisher in [main, trial] {
                    group.addTask { await publisher.run() }
                    group.addTask { await publisher.endOverdueWaits() }
                }
            }
        } onCancel: {
            main.interrupt()
            trial.interrupt()
        }
    }

    /// Publishes one message and waits for its confirm, no longer than about the timeout. The strings of the message
    /// must be such as AMQP can carry.
    public func publish(_ message: AMQPMessage, withinMilliseconds timeout: Int64) async -> Answer {
        let deadline = ContinuousClock.now + .milliseconds(timeout)
        let destination = ConfirmTracker.Destination(exchange: message.exchange, routingKey: message.routingKey)
        switch standing(of: destination) {
        case .fails(let answer): return answer
        case .works:
            if let answer = await publishOnMain(message, destination, until: deadline) { return answer }
        case .unknown: break
        }
        guard await turns.take(until: deadline) else {
            return .unavailable(reason: "no time was left while other new destinations were tried")
        }
        // By now another message may have tried the destination.
        switch standing(of: destination) {
        case .fails(let answer):
            turns.giveBack()
            return answer
        case .works:
            turns.giveBack()
            return await publishOnMain(message, destination, until: deadline)
                ?? .unavailable(reason: "no confirm from the broker")
        case .unknown:
            defer { turns.giveBack() }
            return await publishOnTrial(message, destination, until: deadline)
        }
    }

    private func standing(of destination: ConfirmTracker.Destination) -> DestinationMemory.Standing {
        memory.withLock { $0.standing(of: destination, at: .now) }
    }

    /// Nil when the message got no answer and another try may have one.
    private func publishOnMain(
        _ message: AMQPMessage, _ destination: ConfirmTracker.Destination, until deadline: ContinuousClock.Instant
    ) async -> Answer? {
        let limit = min(Self.confirmWait, deadline - .now)
        guard limit > .zero else { return .unavailable(reason: "no time was left") }
        let failure = await main.failure(ofPublishing: [message], within: limit)
        switch failure?.error {
        case nil:
            memory.withLock { $0.learn(destination, .confirmed, at: .now) }
            return .confirmed
        case .unroutable: return .unroutable
        case .refused: return .full
        case .unavailable(let reason), .unsendable(let reason):
            if failure?.refusal != nil {
                // Any of the messages on their way may be at fault.
                memory.withLock { $0.forgetThoseThatWork() }
                return nil
            }
            if case .blocked = main.state { return .unavailable(reason: reason) }
            memory.withLock { $0.forget(destination) }
            return nil
        }
    }

    private func publishOnTrial(
        _ message: AMQPMessage, _ destination: ConfirmTracker.Destination, until deadline: ContinuousClock.Instant
    ) async -> Answer {
        let begun = ContinuousClock.now
        let limit = min(Self.confirmWait, deadline - begun)
        guard limit > .zero else { return .unavailable(reason: "no time was left") }
        let failure = await trial.failure(ofPublishing: [message], within: limit)
        let answer = Self.answer(failure)
        let waited = min(limit, ContinuousClock.now - begun)
        memory.withLock { $0.learn(destination, answer, waited: waited, at: .now) }
        return answer
    }

    static func answer(_ failure: Publisher.Failure?) -> Answer {
        switch failure?.error {
        case nil: return .confirmed
        case .unroutable: return .unroutable
        case .refused: return .full
        case .unavailable(let text), .unsendable(let text):
            let reason = ForeignText.cleaned(text, bytesMax: reasonBytesMax)
            guard let failure, let refusal = failure.refusal, failure.isSole else {
                return .unavailable(reason: reason)
            }
            return switch refusal.replyCode {
            case 404: .missingExchange(reason: reason)
            case 403: .notPermitted(reason: reason)
            default: .rejected(reason: reason)
            }
        }
    }
}
