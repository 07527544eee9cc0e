import CRabbitMQ
import Messaging
import Testing

@testable import RabbitMQ

@Suite struct FrameReaderTests {
    private let source = FrameSource()
    private var reader = FrameReader(epoch: 3)

    private func message(_ tag: UInt64, _ body: String, id: String? = nil, headers: [String: String] = [:])
        -> InboundMessage
    {
        InboundMessage(
            tag: MessageTag(epoch: 3, number: tag), exchange: "belfry", routingKey: "schedule.due", headers: headers,
            id: id, body: Array(body.utf8))
    }

    @Test mutating func `a delivery is complete with the last frame of its body, not before`() throws {
        #expect(try reader.events([source.deliver(7), source.header(bodyBytes: 5, id: "m-7")]) == [])
        #expect(try reader.events([source.body("he")]) == [])
        #expect(
            try reader.events([source.body("llo")])
                == [.delivered(consumerTag: "dispatcher.due", message(7, "hello", id: "m-7"))])
    }

    @Test mutating func `a delivery without a body is complete with its header`() throws {
        #expect(
            try reader.events([source.deliver(1), source.header(bodyBytes: 0)])
                == [.delivered(consumerTag: "dispatcher.due", message(1, ""))])
    }

    @Test mutating func `a redelivered message is marked`() throws {
        let events = try reader.events([source.deliver(1, isRedelivered: true), source.header(bodyBytes: 0)])
        guard case .delivered(_, let message)? = events.first else { throw Unexpected(events) }
        #expect(message.isRedelivered)
    }

    @Test mutating func `headers that are strings, booleans or whole numbers are read as text, and no others`() throws {
        let header = source.header(
            bodyBytes: 0,
            headers: [
                "belfry-note": .text("n"), "x-count": .integer(-2), "x-flag": .bool(true),
                "x-death": .table(["queue": .text("q")]),
            ])
        #expect(
            try reader.events([source.deliver(1), header])
                == [
                    .delivered(
                        consumerTag: "dispatcher.due",
                        message(1, "", headers: ["belfry-note": "n", "x-count": "-2", "x-flag": "1"]))
                ])
    }

    @Test mutating func `a body of the longest size is kept, and one byte more is oversized`() throws {
        let longest = MessageLimits.readBodyBytesMax
        let kept = try reader.events(
            [source.deliver(1), source.header(bodyBytes: longest)] + source.bodies(bytes: longest))
        guard case .delivered(_, let message)? = kept.first else { throw Unexpected(kept) }
        #expect(message.body.count == longest)
        let dropped = try reader.events(
            [source.deliver(2), source.header(bodyBytes: longest + 1)] + source.bodies(bytes: longest + 1))
        #expect(dropped == [.oversized(self.message(2, ""), bytes: UInt64(longest + 1))])
    }

    @Test mutating func `an oversized body of a stream arrives as a message without it, with its headers`() throws {
        reader.deliversOversized = true
        let bytes = MessageLimits.readBodyBytesMax + 1
        let header = source.header(bodyBytes: bytes, headers: ["x-stream-offset": .integer(9)])
        var expected = message(1, "", headers: ["x-stream-offset": "9"])
        expected.unreadBodyBytes = UInt64(bytes)
        #expect(
            try reader.events([source.deliver(1), header] + source.bodies(bytes: bytes))
                == [.delivered(consumerTag: "dispatcher.due", expected)])
    }

    @Test mutating func `a delivery behind an oversized one is read as usual`() throws {
        let bytes = MessageLimits.readBodyBytesMax + 1
        _ = try reader.events([source.deliver(1), source.header(bodyBytes: bytes)] + source.bodies(bytes: bytes))
        #expect(
            try reader.events([source.deliver(2), source.header(bodyBytes: 1), source.body("x")])
                == [.delivered(consumerTag: "dispatcher.due", message(2, "x"))])
    }

    @Test mutating func `a returned message is one event that names its place, and its confirm follows`() throws {
        let ack = amqp_basic_ack_t(delivery_tag: 4, multiple: 0)
        let events = try reader.events([
            source.returned(routingKey: "no.such"), source.header(bodyBytes: 2), source.body("go"),
            source.method(amqp_method_number_t(AMQP_BASIC_ACK_METHOD), ack),
        ])
        #expect(
            events == [
                .returned(exchange: "belfry", routingKey: "no.such"),
                .confirmed(tag: 4, multiple: false, isAccepted: true),
            ])
    }

    @Test mutating func `an ack and a nack are confirms, of one message or of all up to it`() throws {
        let ack = amqp_basic_ack_t(delivery_tag: 9, multiple: 1)
        let nack = amqp_basic_nack_t(delivery_tag: 12, multiple: 1, requeue: 0)
        let events = try reader.events([
            source.method(amqp_method_number_t(AMQP_BASIC_ACK_METHOD), ack),
            source.method(amqp_method_number_t(AMQP_BASIC_NACK_METHOD), nack),
        ])
        #expect(
            events == [
                .confirmed(tag: 9, multiple: true, isAccepted: true),
                .confirmed(tag: 12, multiple: true, isAccepted: false),
            ])
    }

    @Test mutating func `an alarm of the broker begins and ends with an event`() throws {
        let blocked = amqp_connection_blocked_t(reason: source.text("low on memory"))
        let events = try reader.events([
            source.method(amqp_method_number_t(AMQP_CONNECTION_BLOCKED_METHOD), blocked),
            source.method(amqp_method_number_t(AMQP_CONNECTION_UNBLOCKED_METHOD), amqp_connection_unblocked_t()),
        ])
        #expect(events == [.blocked(reason: "low on memory"), .unblocked])
    }

    @Test mutating func `a consumer that the broker cancels is an event`() throws {
        let cancel = amqp_basic_cancel_t(consumer_tag: source.text("dispatcher.due"), nowait: 1)
        #expect(
            try reader.events([source.method(amqp_method_number_t(AMQP_BASIC_CANCEL_METHOD), cancel)])
                == [.consumerCancelled(tag: "dispatcher.due")])
    }

    @Test mutating func `a closed channel is an error with the broker's reason and code`() throws {
        let close = amqp_channel_close_t(
            reply_code: 404, reply_text: source.text("NOT_FOUND - no exchange 'belfry'"), class_id: 60, method_id: 40)
        let frame = source.method(amqp_method_number_t(AMQP_CHANNEL_CLOSE_METHOD), close)
        let error = #expect(throws: AMQPFailure.self) { try reader.events([frame]) }
        #expect(error?.replyCode == 404)
        #expect(error?.description == "the broker closed the channel: NOT_FOUND - no exchange 'belfry'")
    }

    @Test mutating func `a closed connection is an error with the broker's reason`() throws {
        let close = amqp_connection_close_t(
            reply_code: 320, reply_text: source.text("CONNECTION_FORCED - shutdown"), class_id: 0, method_id: 0)
        let frame = source.method(amqp_method_number_t(AMQP_CONNECTION_CLOSE_METHOD), close)
        let error = #expect(throws: AMQPFailure.self) { try reader.events([frame]) }
        #expect(error?.description == "the broker closed the connection: CONNECTION_FORCED - shutdown")
    }

    @Test mutating func `a content header without a method is an error`() throws {
        #expect(throws: AMQPFailure.self) { try reader.events([source.header(bodyBytes: 1)]) }
    }
}

private struct Unexpected: Error {
    var events: [BrokerEvent]

    init(_ events: [BrokerEvent]) { self.events = events }
}
