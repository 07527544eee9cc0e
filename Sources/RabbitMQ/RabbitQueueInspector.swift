public import Messaging
import Threads

/// Asks RabbitMQ about queues, over a connection of its own that is opened for a question and closed after it.
///
/// A thread of its own blocks meanwhile: one question after the other, each for some seconds at most.
///
///     let inspector = RabbitQueueInspector(options: options, topology: topology)
///     let depths = try await inspector.depths(of: ["ticker.baton", "courier.deliveries"])
public actor RabbitQueueInspector: QueueInspector {
    /// How long all answers together may take.
    private static let questionMax: Duration = .seconds(2)

    private nonisolated let executor: ThreadExecutor
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let options: ConnectionOptions
    private let prefix: String
    /// The node that has answered last is asked first: one that is down costs a second.
    private var nextNode = 0

    /// Opens nothing yet.
    public init(options: ConnectionOptions, topology: Topology) {
        precondition(!options.urls.isEmpty, "a connection needs the URL of a broker")
        var options = options
        options.name += " status"
        (options.connectSecondsMax, options.answerSecondsMax) = (1, 1)
        self.options = options
        prefix = topology.prefix
        executor = ThreadExecutor(name: "amqp-status", parker: SocketParker())
    }

    deinit { executor.stop() }

    /// See `QueueInspector.depths`. Passive declarations: RabbitMQ answers them to every user of the virtual host.
    public func depths(of queues: [String]) async throws(PublishError) -> [QueueDepth?] {
        do throws(AMQPFailure) {
            return try ask(queues, until: .now + Self.questionMax)
        } catch {
            // This node may take connections and give no answer: the next question goes to another one.
            nextNode = (nextNode + 1) % options.urls.count
            throw .unavailable(error.description(with: options.advice))
        }
    }

    private func ask(
        _ queues: [String], until deadline: ContinuousClock.Instant
    ) throws(AMQPFailure) -> [QueueDepth?] {
        var handle = try connect(until: deadline)
        var depths: [QueueDepth?] = []
        for queue in queues {
            guard .now < deadline else { throw Self.overdue("queue.declare \(queue)") }
            do throws(AMQPFailure) {
                let (ready, consumers) = try handle.depth(of: "\(prefix).\(queue)")
                depths.append(QueueDepth(ready: ready, consumers: consumers))
            } catch {
                // The broker ends the channel because of a queue that does not exist, and nothing else.
                guard error.endsChannelOnly, error.isNotFound else { throw error }
                try handle.reopenChannel()
                depths.append(nil)
            }
        }
        handle.closeInOrder(within: .milliseconds(200))
        return depths
    }

    private func connect(until deadline: ContinuousClock.Instant) throws(AMQPFailure) -> AMQPHandle {
        var failure = Self.overdue("connect")
        for _ in options.urls {
            guard .now < deadline else { break }
            let url = options.urls[nextNode % options.urls.count]
            do throws(AMQPFailure) {
                return try AMQPHandle.connect(url, options: options)
            } catch {
                failure = AMQPFailure(error.operation, "\(error.reason) (\(url))", replyCode: error.replyCode)
                nextNode = (nextNode + 1) % options.urls.count
            }
        }
        throw failure
    }

    private static func overdue(_ operation: String) -> AMQPFailure {
        AMQPFailure(operation, "the broker did not answer within \(questionMax)")
    }
}
