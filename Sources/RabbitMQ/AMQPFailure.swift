import CRabbitMQ

/// A failed call of librabbitmq, as a sentence for the operator. The connection is closed after any of them.
struct AMQPFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The AMQP method or the step that failed, such as `basic.qos` or `connect`.
    var operation: String
    var reason: String
    /// The broker's reply code (AMQP 0-9-1, 1.2), when it sent one.
    var replyCode: Int?
    /// The status with which librabbitmq failed, when it was not the broker.
    var libraryStatus: CInt?

    /// True when the broker has closed the channel only: the connection goes on.
    var endsChannelOnly = false

    init(_ operation: String, _ reason: String, replyCode: Int? = nil) {
        self.operation = operation
        self.reason = reason
        self.replyCode = replyCode
    }

    init(_ operation: String, status: CInt) {
        self.init(operation, String(cString: amqp_error_string2(status)))
        libraryStatus = status
    }

    /// True when the broker closed the channel or the connection because of what was asked of it: asking again has the
    /// same end until an operator acts.
    var isRefusal: Bool { replyCode.map { $0 >= 400 } ?? false }

    /// True when the broker has no queue or exchange of that name.
    var isNotFound: Bool { replyCode == Int(AMQP_NOT_FOUND) }

    /// What failed and why.
    var description: String { "\(operation): \(reason)" }

    /// What failed and why, then what to do about it where the reply code shows that.
    func description(with advice: BrokerAdvice) -> String {
        description + (advice.text(replyCode: replyCode).map { "; \($0)" } ?? "")
    }

    /// Throws unless the call got its normal reply.
    static func check(_ operation: String, _ reply: amqp_rpc_reply_t) throws(AMQPFailure) {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_SERVER_EXCEPTION: throw serverException(operation, reply.reply.id, reply.reply.decoded)
        case AMQP_RESPONSE_LIBRARY_EXCEPTION: throw AMQPFailure(operation, status: reply.library_error)
        default: throw AMQPFailure(operation, "the broker closed the connection without a reply")
        }
    }

    /// Throws unless the call returned `AMQP_STATUS_OK`.
    static func check(_ operation: String, status: CInt) throws(AMQPFailure) {
        guard status == AMQP_STATUS_OK.rawValue else { throw AMQPFailure(operation, status: status) }
    }

    /// The reason in a `channel.close` or `connection.close`.
    static func serverException(
        _ operation: String, _ method: amqp_method_number_t, _ decoded: UnsafeRawPointer?
    ) -> AMQPFailure {
        guard let decoded else { return AMQPFailure(operation, "the broker closed the connection without a reason") }
        switch method {
        case amqp_method_number_t(AMQP_CHANNEL_CLOSE_METHOD):
            let close = decoded.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
            var failure = AMQPFailure(operation, String(close.reply_text), replyCode: Int(close.reply_code))
            failure.endsChannelOnly = true
            return failure
        case amqp_method_number_t(AMQP_CONNECTION_CLOSE_METHOD):
            let close = decoded.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
            return AMQPFailure(operation, String(close.reply_text), replyCode: Int(close.reply_code))
        default: return AMQPFailure(operation, "the broker sent an unexpected reply, method \(method)")
        }
    }
}
