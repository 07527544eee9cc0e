import CRabbitMQ

extension AMQPHandle {
    /// A bound, so that a flood of messages can't keep the thread from sending acks.
    private static let eventsAtOnceMax = 1_000

    /// Reads everything that has arrived, without waiting; empty when there is nothing more. It also answers the
    /// broker's heartbeats, and throws when the broker's have stopped.
    mutating func readEvents() throws(AMQPFailure) -> [BrokerEvent] {
        var events: [BrokerEvent] = []
        while events.count < Self.eventsAtOnceMax {
            var frame = amqp_frame_t()
            var noWait = timeval(tv_sec: 0, tv_usec: 0)
            let status = amqp_simple_wait_frame_noblock(raw, &frame, &noWait)
            if status == AMQP_STATUS_TIMEOUT.rawValue { break }
            try AMQPFailure.check("read", status: status)
            if let event = try reader.take(&frame) { events.append(event) }
        }
        // Frees the frames' memory; the events hold copies.
        amqp_maybe_release_buffers(raw)
        return events
    }

    /// True when frames wait in librabbitmq's own buffers, where epoll can't see them.
    var hasBufferedFrames: Bool {
        amqp_frames_enqueued(raw) != 0 || amqp_data_in_buffer(raw) != 0
    }
}
