@testable import RabbitMQ

extension AMQPHandle {
    /// Sends one message.
    mutating func publish(_ message: AMQPMessage) throws(AMQPFailure) {
        try enqueue(message)
        try flush()
    }
}
