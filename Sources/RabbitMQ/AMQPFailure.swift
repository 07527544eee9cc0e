internal import CRabbitMQ

/// A call of librabbitmq that failed, in words. Whatever it is, the connection is given up and made anew.
struct AMQPFailure: Error, Sendable, Equatable, CustomStringConvertible {
    var operation: String
    var reason: String
    /// The broker's reply code (404 not found, 403 refused, 406 differs), when it gave one.
    var replyCode: Int?

    var description: String { "\(operation): \(reason)" }

    init(_ operation: String, _ reason: String, replyCode: Int? = nil) {
        self.operation = operation
        self.reason = reason
        self.replyCode = replyCode
    }

    init(_ operation: String, status: CInt) {
        self.init(operation, String(cString: amqp_error_string2(status)))
    }

    /// Throws unless the call got its normal reply.
    static func check(_ operation: String, _ reply: amqp_rpc_reply_t) throws(AMQPFailure) {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_SERVER_EXCEPTION: throw serverException(operation, reply.reply.id, reply.reply.decoded)
        case AMQP_RESPONSE_LIBRARY_EXCEPTION: throw AMQPFailure(operation, status: reply.library_error)
        default: throw AMQPFailure(operation, "the broker closed the connection")
        }
    }

    /// What `channel.close` and `connection.close` say.
    static func serverException(
        _ operation: String, _ method: amqp_method_number_t, _ decoded: UnsafeRawPointer?
    ) -> AMQPFailure {
        guard let decoded else { return AMQPFailure(operation, "the broker closed it without a reason") }
        switch method {
        case amqp_method_number_t(AMQP_CHANNEL_CLOSE_METHOD):
            let close = decoded.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
            return AMQPFailure(operation, String(close.reply_text), replyCode: Int(close.reply_code))
        case amqp_method_number_t(AMQP_CONNECTION_CLOSE_METHOD):
            let close = decoded.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
            return AMQPFailure(operation, String(close.reply_text), replyCode: Int(close.reply_code))
        default: return AMQPFailure(operation, "unexpected method \(method)")
        }
    }
}

extension String {
    /// A copy of bytes that librabbitmq owns.
    init(_ bytes: amqp_bytes_t) {
        self.init(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }

    /// Lends the text as AMQP bytes. `amqp_cstring_bytes(text)` would dangle: the pointer Swift passes to it dies
    /// when that call returns.
    func withAMQPBytes<Result>(_ body: (amqp_bytes_t) throws(AMQPFailure) -> Result) throws(AMQPFailure) -> Result {
        var copy = self
        return try copy.lendingUTF8(body)
    }

    private mutating func lendingUTF8<Result>(
        _ body: (amqp_bytes_t) throws(AMQPFailure) -> Result
    ) throws(AMQPFailure) -> Result {
        let outcome = withUTF8 { bytes in
            Swift.Result { () throws(AMQPFailure) in try body(belfry_amqp_bytes(bytes.baseAddress, bytes.count)) }
        }
        return try outcome.get()
    }
}
