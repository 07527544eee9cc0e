public import Logging

/// Publishes windows of messages to one destination, in order. The next window is published when the broker has
/// confirmed the one before.
public struct WindowPublisher: Sendable {
    private let publisher: Publisher

    /// Opens nothing yet: `run` does.
    public init(options: ConnectionOptions, logger: Logger) {
        publisher = Publisher(options: options, role: "publish", reopensChannel: true, logger: logger)
    }

    /// Keeps the connection open, and reconnects after a loss, until the task is cancelled. Run it once.
    public func run() async {
        await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await publisher.run() }
                group.addTask { await publisher.endOverdueWaits() }
            }
        } onCancel: {
            publisher.interrupt()
        }
    }

    /// Publishes messages and waits for their confirms, no longer than about the timeout. All of them go to one
    /// exchange with one routing key. After any answer but `confirmed`, some of them may have arrived.
    public func publish(_ window: [AMQPMessage], withinMilliseconds timeout: Int64) async -> ServiceBroker.Answer {
        guard !window.isEmpty else { return .confirmed }
        var failure = await publisher.failure(ofPublishing: window, within: .milliseconds(timeout))
        // The refusal is about this window: nothing else is published here.
        failure?.isSole = true
        return ServiceBroker.answer(failure)
    }
}
