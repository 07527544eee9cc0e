import JobCore
import Logging
import Messaging

/// The connection for answers: it declares a queue for each connection, binds it, and consumes it.
///
/// Each connection has a queue of a new name. The broker may keep the old one, which nobody else can use, until it
/// finds that the lost connection is dead.
actor AnswerConsumer: ConnectionOwner {
    let connection: BrokerConnection
    let router = AnswerRouter()
    /// The name on the broker of the exchange that answers are published to.
    private let exchange: String
    private var handle: AMQPHandle?

    nonisolated var unownedExecutor: UnownedSerialExecutor { connection.executor.asUnownedSerialExecutor() }

    init(options: ConnectionOptions, exchange: String, logger: Logger) {
        connection = BrokerConnection(options: options, role: "answers", logger: logger)
        self.exchange = exchange
    }

    func open(attempt: Int) throws(AMQPFailure) {
        handle = try connection.connect(attempt: attempt)
        let asker = Identifier<AnswerConsumer>.random().description
        let queue = "\(exchange).\(asker)"
        try handle?.declareOwnQueue(queue)
        try handle?.bind(queue, to: exchange, routingKey: RoutingKey.answer(to: asker))
        // Answers that are lost with the process are of no use to another one, so they need no acks.
        try handle?.consume(queue, consumerTag: queue, prefetch: nil)
        connection.set(.connected)
        router.connected(as: asker)
    }

    func pass() throws(AMQPFailure) -> Bool {
        var hasReceived = false
        while let events = try handle?.readEvents(), !events.isEmpty {
            for event in events {
                switch event {
                case .delivered(_, let message):
                    router.deliver(message)
                    hasReceived = true
                case .consumerCancelled(let tag):
                    throw AMQPFailure("consume from \(tag)", "the queue was deleted", replyCode: 404)
                // Nobody publishes an answer that is too large to be read: no publisher sends one.
                case .oversized, .confirmed, .returned, .blocked, .unblocked, .barrier: break
                }
            }
        }
        return hasReceived
    }

    func finish() { handle?.closeInOrder() }

    func close(because reason: String) {
        connection.disconnect(&handle, because: reason)
        router.disconnected()
    }
}
