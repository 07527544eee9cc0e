import CRabbitMQ

@testable import RabbitMQ

/// Builds frames as librabbitmq hands them out: decoded, in memory that the frame does not own.
final class FrameSource {
    private var arena = AMQPArena()
    private var decoded: [UnsafeMutableRawPointer] = []

    deinit {
        for memory in decoded { memory.deallocate() }
    }

    func text(_ text: String) -> amqp_bytes_t { arena.lend(text) }

    func method<Method>(_ id: amqp_method_number_t, _ method: Method) -> amqp_frame_t {
        var frame = amqp_frame_t()
        frame.frame_type = UInt8(AMQP_FRAME_METHOD)
        frame.channel = AMQPHandle.firstChannel
        frame.payload.method.id = id
        frame.payload.method.decoded = keep(method)
        return frame
    }

    func deliver(_ tag: UInt64, isRedelivered: Bool = false) -> amqp_frame_t {
        let deliver = amqp_basic_deliver_t(
            consumer_tag: text("dispatcher.due"), delivery_tag: tag, redelivered: isRedelivered ? 1 : 0,
            exchange: text("belfry"), routing_key: text("schedule.due"))
        return method(amqp_method_number_t(AMQP_BASIC_DELIVER_METHOD), deliver)
    }

    func returned(routingKey: String) -> amqp_frame_t {
        let returned = amqp_basic_return_t(
            reply_code: UInt16(AMQP_NO_ROUTE), reply_text: text("NO_ROUTE"), exchange: text("belfry"),
            routing_key: text(routingKey))
        return method(amqp_method_number_t(AMQP_BASIC_RETURN_METHOD), returned)
    }

    func header(bodyBytes: Int, id: String? = nil, headers: AMQPTable = [:]) -> amqp_frame_t {
        var properties = amqp_basic_properties_t()
        properties.headers = arena.lend(headers)
        properties._flags = amqp_flags_t(AMQP_BASIC_HEADERS_FLAG)
        if let id {
            properties.message_id = text(id)
            properties._flags |= amqp_flags_t(AMQP_BASIC_MESSAGE_ID_FLAG)
        }
        var frame = amqp_frame_t()
        frame.frame_type = UInt8(AMQP_FRAME_HEADER)
        frame.channel = AMQPHandle.firstChannel
        frame.payload.properties.class_id = UInt16(AMQP_BASIC_CLASS)
        frame.payload.properties.body_size = UInt64(bodyBytes)
        frame.payload.properties.decoded = keep(properties)
        return frame
    }

    func body(_ text: String) -> amqp_frame_t {
        var frame = amqp_frame_t()
        frame.frame_type = UInt8(AMQP_FRAME_BODY)
        frame.channel = AMQPHandle.firstChannel
        frame.payload.body_fragment = self.text(text)
        return frame
    }

    /// The frames of a body of zero bytes, 128 KiB each but the last.
    func bodies(bytes: Int) -> [amqp_frame_t] {
        let whole = [amqp_frame_t](repeating: body(String(repeating: "\0", count: 131_072)), count: bytes / 131_072)
        let rest = bytes % 131_072
        return rest == 0 ? whole : whole + [body(String(repeating: "\0", count: rest))]
    }

    private func keep<Value>(_ value: Value) -> UnsafeMutableRawPointer {
        let memory = UnsafeMutablePointer<Value>.allocate(capacity: 1)
        memory.initialize(to: value)
        decoded.append(UnsafeMutableRawPointer(memory))
        return UnsafeMutableRawPointer(memory)
    }
}

extension FrameReader {
    /// The events of these frames, in order.
    mutating func events(_ frames: [amqp_frame_t]) throws -> [BrokerEvent] {
        var events: [BrokerEvent] = []
        for frame in frames {
            var frame = frame
            if let event = try take(&frame) { events.append(event) }
        }
        return events
    }
}
