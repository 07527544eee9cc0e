import Threads

/// An actor that keeps one connection to the broker open: `Publisher` and `Consumer`.
///
/// The actor runs on the connection's own thread, since librabbitmq allows a connection one thread only.
protocol ConnectionOwner: Actor {
    nonisolated var connection: BrokerConnection { get }

    /// Connects and prepares the channel. Blocks the thread.
    func open(attempt: Int) throws(AMQPFailure)

    /// One pass of the loop: handles everything that has arrived, without waiting. True when the connection has
    /// proved useful.
    func pass() throws(AMQPFailure) -> Bool

    /// How long the loop may sleep after a pass, at most `connection.passIntervalMilliseconds`.
    var sleepMilliseconds: CInt { get }

    /// Takes leave of the broker, in an order that loses nothing that was sent. Blocks the thread for some seconds at
    /// most.
    func finish()

    /// Closes the connection and fails everything that waits for it.
    func close(because reason: String)
}

extension ConnectionOwner {
    nonisolated var state: ConnectionState { connection.state }

    var sleepMilliseconds: CInt { connection.passIntervalMilliseconds }

    /// Connects, and reconnects after each loss, until the task is cancelled.
    func run() async {
        var reconnecting = Reconnecting()
        while !Task.isCancelled {
            do throws(AMQPFailure) {
                try open(attempt: reconnecting.attempt)
                reconnecting.opened(at: .now)
                while !Task.isCancelled {
                    if try pass() { reconnecting.provedUseful() }
                    _ = await connection.parker.events(timeoutMilliseconds: sleepMilliseconds)
                }
            } catch {
                close(because: error.description(with: connection.options.advice))
                let attempt = reconnecting.failed(isRefusal: error.isRefusal, at: .now)
                await connection.waitToReconnect(after: error, attempt: attempt)
            }
        }
        finish()
        close(because: "shutting down")
    }

    /// Makes the next pass begin now, from any thread. The parker wakes the thread if it sleeps in epoll: a cancelled
    /// task, a new subscription and frames in librabbitmq's own buffers are nothing that epoll reports.
    nonisolated func interrupt() {
        connection.parker.interrupt()
    }
}
