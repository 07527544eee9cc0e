import CRabbitMQ
import Messaging

/// Turns frames into events. It knows frames only, no connection.
///
/// A delivery and a return are a method frame, a header frame and any number of body frames, in this order; no other
/// content may stand between them on the channel (AMQP 0-9-1, 4.2.6).
struct FrameReader {
    private enum Content {
        case delivery(consumerTag: String, InboundMessage)
        case returned(exchange: String, routingKey: String)
    }

    private let epoch: UInt64
    /// The pipeline reads only the message id and the headers.
    var keepsProperties = false
    /// Only a scan of dead letters reads what the broker tells in `x-death`.
    var readsDeaths = false
    /// A longer body is oversized.
    var bodyBytesMax = UInt64(MessageLimits.readBodyBytesMax)
    /// The bytes that are kept of an oversized body.
    var oversizedBytesKept = 0
    /// A body that is too large arrives as a message without it, rather than as an event that names only the tag.
    var deliversOversized = false
    private var content: Content?
    private var body: [UInt8] = []
    private var bodyBytes: UInt64 = 0
    private var remainingBytes: UInt64 = 0

    /// `epoch` goes into the tags of the messages.
    init(epoch: UInt64) {
        self.epoch = epoch
    }

    /// Takes the next frame; answers the event that it completes, if any. Throws when the broker closed the channel or
    /// the connection, with the broker's reason, and when frames come out of order.
    mutating func take(_ frame: inout amqp_frame_t) throws(AMQPFailure) -> BrokerEvent? {
        switch CInt(frame.frame_type) {
        case AMQP_FRAME_METHOD: return try takeMethod(&frame)
        case AMQP_FRAME_HEADER: return try takeHeader(&frame)
        case AMQP_FRAME_BODY: return takeBody(belfry_amqp_frame_body(&frame))
        default: return nil
        }
    }

    private mutating func takeHeader(_ frame: inout amqp_frame_t) throws(AMQPFailure) -> BrokerEvent? {
        guard let content else { throw AMQPFailure("read", "the broker sent a content header without a method") }
        bodyBytes = belfry_amqp_frame_body_size(&frame)
        remainingBytes = bodyBytes
        body = []
        if bodyBytes <= bodyBytesMax { body.reserveCapacity(Int(bodyBytes)) }
        if case .delivery(let consumerTag, var message) = content,
            let properties = belfry_amqp_frame_properties(&frame)
        {
            message.read(properties.pointee)
            if keepsProperties { message.readRest(properties.pointee) }
            if readsDeaths { message.deaths = BrokerDeath.list(in: properties.pointee) }
            self.content = .delivery(consumerTag: consumerTag, message)
        }
        return remainingBytes == 0 ? finishContent() : nil
    }

    private mutating func takeBody(_ fragment: amqp_bytes_t) -> BrokerEvent? {
        let room = bodyBytes <= bodyBytesMax ? fragment.len : max(0, oversizedBytesKept - body.count)
        if room > 0 {
            body.append(contentsOf: UnsafeRawBufferPointer(start: fragment.bytes, count: min(room, fragment.len)))
        }
        remainingBytes -= min(remainingBytes, UInt64(fragment.len))
        return remainingBytes == 0 ? finishContent() : nil
    }

    private mutating func finishContent() -> BrokerEvent? {
        defer {
            content = nil
            body = []
        }
        switch content {
        case .delivery(let consumerTag, var message):
            message.body = body
            guard bodyBytes > bodyBytesMax else { return .delivered(consumerTag: consumerTag, message) }
            guard deliversOversized else { return .oversized(message, bytes: bodyBytes) }
            message.unreadBodyBytes = bodyBytes
            return .delivered(consumerTag: consumerTag, message)
        case .returned(let exchange, let routingKey): return .returned(exchange: exchange, routingKey: routingKey)
        case nil: return nil
        }
    }

    private mutating func takeMethod(_ frame: inout amqp_frame_t) throws(AMQPFailure) -> BrokerEvent? {
        let method = belfry_amqp_frame_method(&frame)
        guard let decoded = belfry_amqp_frame_decoded(&frame) else { return nil }
        func read<Method>(_ type: Method.Type) -> Method { decoded.assumingMemoryBound(to: type).pointee }
        switch method {
        case amqp_method_number_t(AMQP_BASIC_DELIVER_METHOD):
            let deliver = read(amqp_basic_deliver_t.self)
            let message = InboundMessage(
                tag: MessageTag(epoch: epoch, number: deliver.delivery_tag), exchange: String(deliver.exchange),
                routingKey: String(deliver.routing_key), isRedelivered: deliver.redelivered != 0, body: [])
            content = .delivery(consumerTag: String(deliver.consumer_tag), message)
            return nil
        case amqp_method_number_t(AMQP_BASIC_RETURN_METHOD):
            let returned = read(amqp_basic_return_t.self)
            content = .returned(exchange: String(returned.exchange), routingKey: String(returned.routing_key))
            return nil
        case amqp_method_number_t(AMQP_BASIC_ACK_METHOD):
            let ack = read(amqp_basic_ack_t.self)
            return .confirmed(tag: ack.delivery_tag, multiple: ack.multiple != 0, isAccepted: true)
        case amqp_method_number_t(AMQP_BASIC_NACK_METHOD):
            let nack = read(amqp_basic_nack_t.self)
            return .confirmed(tag: nack.delivery_tag, multiple: nack.multiple != 0, isAccepted: false)
        case amqp_method_number_t(AMQP_BASIC_CANCEL_METHOD):
            return .consumerCancelled(tag: String(read(amqp_basic_cancel_t.self).consumer_tag))
        case amqp_method_number_t(AMQP_CONFIRM_SELECT_OK_METHOD): return .barrier
        case amqp_method_number_t(AMQP_CONNECTION_BLOCKED_METHOD):
            return .blocked(reason: String(read(amqp_connection_blocked_t.self).reason))
        case amqp_method_number_t(AMQP_CONNECTION_UNBLOCKED_METHOD): return .unblocked
        case amqp_method_number_t(AMQP_CONNECTION_CLOSE_OK_METHOD):
            throw AMQPFailure("read", "the broker has closed the connection, as it was asked to")
        case amqp_method_number_t(AMQP_CHANNEL_CLOSE_METHOD):
            throw AMQPFailure.serverException("the broker closed the channel", method, decoded)
        case amqp_method_number_t(AMQP_CONNECTION_CLOSE_METHOD):
            throw AMQPFailure.serverException("the broker closed the connection", method, decoded)
        default: return nil
        }
    }
}
