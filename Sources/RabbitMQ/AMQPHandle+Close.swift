import CRabbitMQ
import Glibc

extension AMQPHandle {
    /// Closes the connection as AMQP wants it, and waits for the broker's answer, for two seconds unless `timeout` says
    /// otherwise. By then the broker has read everything that was sent before.
    ///
    /// Closing the socket alone may lose the last acks: if messages lie in it unread, the kernel resets the connection,
    /// and the broker's kernel throws away what it has not read yet.
    mutating func closeInOrder(within timeout: Duration = .seconds(2)) {
        // A write to a full socket would wait for as long as the broker reads nothing.
        guard isReady(POLLOUT, withinMilliseconds: 0) else { return }
        arena.empty()
        var close = amqp_connection_close_t(
            reply_code: UInt16(AMQP_REPLY_SUCCESS), reply_text: arena.lend("done"), class_id: 0, method_id: 0)
        let method = amqp_method_number_t(AMQP_CONNECTION_CLOSE_METHOD)
        guard amqp_send_method(raw, 0, method, &close) == AMQP_STATUS_OK.rawValue else { return }
        let deadline = ContinuousClock.now + timeout
        while ContinuousClock.now < deadline {
            // After its answer the broker closes the socket, which ends the reading with an error.
            guard let events = try? readEvents() else { return }
            if events.isEmpty { _ = isReady(POLLIN, withinMilliseconds: 50) }
        }
    }

    /// True when the other side has closed the connection.
    var hasHungUp: Bool { isReady(0, withinMilliseconds: 0) }

    /// Waits until the socket can be read or written, or the time is over.
    func isReady(_ event: CInt, withinMilliseconds milliseconds: CInt) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        return poll(&request, 1, milliseconds) > 0
    }
}
