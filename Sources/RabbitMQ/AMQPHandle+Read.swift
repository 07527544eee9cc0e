import CRabbitMQ
import Messaging

extension AMQPHandle {
    /// Bounds, so that a flood of messages can't keep the thread from sending acks, nor fill the memory.
    private static let eventsAtOnceMax = 1_000
    private static let bytesAtOnceMax = 1_048_576

    /// Reads what has arrived, without waiting; empty when no event is complete and nothing more is there. It also
    /// answers the broker's heartbeats, and throws when the broker's have stopped.
    mutating func readEvents() throws(AMQPFailure) -> [BrokerEvent] {
        if let failure = unreportedFailure {
            unreportedFailure = nil
            throw failure
        }
        var events: [BrokerEvent] = []
        var bytes = 0
        while events.count < Self.eventsAtOnceMax, bytes < Self.bytesAtOnceMax {
            var frame = amqp_frame_t()
            var noWait = timeval(tv_sec: 0, tv_usec: 0)
            let status = amqp_simple_wait_frame_noblock(raw, &frame, &noWait)
            if status == AMQP_STATUS_TIMEOUT.rawValue { break }
            try AMQPFailure.check("read", status: status)
            // Channel 0 is the connection itself. Another one was replaced.
            guard frame.channel == channel || frame.channel == 0 else {
                let isClose =
                    CInt(frame.frame_type) == AMQP_FRAME_METHOD
                    && belfry_amqp_frame_method(&frame) == amqp_method_number_t(AMQP_CHANNEL_CLOSE_METHOD)
                if isClose { try acknowledgeClose(of: frame.channel) }
                continue
            }
            let event: BrokerEvent?
            do throws(AMQPFailure) {
                event = try reader.take(&frame)
            } catch {
                guard !events.isEmpty else { throw error }
                // What came before it counts: confirms, and the end of an alarm.
                unreportedFailure = error
                break
            }
            guard let event else { continue }
            if case .delivered(_, let message) = event { bytes += message.body.count }
            events.append(event)
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
