internal import CRabbitMQ
internal import Messaging

/// What the broker said, copied out of librabbitmq's memory.
enum BrokerEvent: Sendable, Equatable {
    case delivered(consumerTag: String, InboundMessage)
    /// A delivery larger than any message of ours, whose body was not kept.
    case oversized(tag: MessageTag, bytes: UInt64)
    /// A mandatory message that no queue takes. It comes before that message's confirm.
    case returned(exchange: String, routingKey: String)
    case confirmed(tag: UInt64, multiple: Bool, isAccepted: Bool)
    case blocked(reason: String)
    case unblocked
    /// The broker ended a consumer: its queue was deleted or its leader is gone.
    case consumerCancelled(tag: String)
}

/// Turns frames into events. A delivery and a return are a method frame, a header frame and body frames, in this
/// order; nothing else may stand between them on the channel.
struct FrameReader {
    private enum Content {
        case delivery(consumerTag: String, InboundMessage)
        case returned(exchange: String, routingKey: String)
    }

    private static let bodyBytesMax = UInt64(MessageLimits.readBodyBytesMax)

    let epoch: UInt64
    private var content: Content?
    private var body: [UInt8] = []
    private var bodyBytes: UInt64 = 0
    private var remainingBytes: UInt64 = 0

    init(epoch: UInt64) {
        self.epoch = epoch
    }

    /// Reads everything that is there, without waiting. Also answers the broker's heartbeats, and notices when it has
    /// gone silent.
    mutating func drain(_ raw: amqp_connection_state_t) throws(AMQPFailure) -> [BrokerEvent] {
        var events: [BrokerEvent] = []
        // A bound, so that a flood of deliveries can't keep the thread from publishing acks.
        while events.count < 1_000 {
            var frame = amqp_frame_t()
            var noWait = timeval(tv_sec: 0, tv_usec: 0)
            let code = amqp_simple_wait_frame_noblock(raw, &frame, &noWait)
            if code == AMQP_STATUS_TIMEOUT.rawValue { break }
            guard code == AMQP_STATUS_OK.rawValue else { throw AMQPFailure("read", status: code) }
            if let event = try take(&frame) { events.append(event) }
        }
        // Frees the frames' memory; everything kept of them was copied.
        amqp_maybe_release_buffers(raw)
        return events
    }

    private mutating func take(_ frame: inout amqp_frame_t) throws(AMQPFailure) -> BrokerEvent? {
        switch CInt(frame.frame_type) {
        case AMQP_FRAME_METHOD: return try takeMethod(&frame)
        case AMQP_FRAME_HEADER:
            guard content != nil else { throw AMQPFailure("read", "a header frame without a method") }
            bodyBytes = belfry_amqp_frame_body_size(&frame)
            remainingBytes = bodyBytes
            body = []
            if bodyBytes <= Self.bodyBytesMax { body.reserveCapacity(Int(bodyBytes)) }
            if case .delivery(let consumerTag, var message)? = content,
                let properties = belfry_amqp_frame_properties(&frame)
            {
                message.read(properties.pointee)
                content = .delivery(consumerTag: consumerTag, message)
            }
            return remainingBytes == 0 ? finishContent() : nil
        case AMQP_FRAME_BODY:
            let fragment = belfry_amqp_frame_body(&frame)
            if bodyBytes <= Self.bodyBytesMax {
                body.append(contentsOf: UnsafeRawBufferPointer(start: fragment.bytes, count: fragment.len))
            }
            remainingBytes -= min(remainingBytes, UInt64(fragment.len))
            return remainingBytes == 0 ? finishContent() : nil
        default: return nil
        }
    }

    private mutating func finishContent() -> BrokerEvent? {
        defer {
            content = nil
            body = []
        }
        switch content {
        case .delivery(_, let message) where bodyBytes > Self.bodyBytesMax:
            return .oversized(tag: message.tag, bytes: bodyBytes)
        case .delivery(let consumerTag, var message):
            message.body = body
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
        case amqp_method_number_t(AMQP_CONNECTION_BLOCKED_METHOD):
            return .blocked(reason: String(read(amqp_connection_blocked_t.self).reason))
        case amqp_method_number_t(AMQP_CONNECTION_UNBLOCKED_METHOD): return .unblocked
        case amqp_method_number_t(AMQP_CHANNEL_CLOSE_METHOD), amqp_method_number_t(AMQP_CONNECTION_CLOSE_METHOD):
            throw AMQPFailure.serverException("the broker closed the connection", method, decoded)
        default: return nil
        }
    }
}

extension InboundMessage {
    fileprivate mutating func read(_ properties: amqp_basic_properties_t) {
        if properties._flags & amqp_flags_t(AMQP_BASIC_MESSAGE_ID_FLAG) != 0 { id = String(properties.message_id) }
        guard properties._flags & amqp_flags_t(AMQP_BASIC_HEADERS_FLAG) != 0 else { return }
        for index in 0..<Int(properties.headers.num_entries) {
            var entry = properties.headers.entries[index]
            var number: Int64 = 0
            var bytes = belfry_amqp_bytes(nil, 0)
            switch belfry_amqp_field_read(&entry.value, &number, &bytes) {
            case 1: headers[String(entry.key)] = String(number)
            case 2: headers[String(entry.key)] = String(bytes)
            // A table or a list: brokers' own headers, which nothing here reads.
            default: continue
            }
        }
    }
}
