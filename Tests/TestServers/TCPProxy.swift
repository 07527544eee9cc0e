import Foundation
import Synchronization

/// A TCP proxy on the loopback, whose connections a test can delay, silence or reset. It runs until the test process
/// ends.
public final class TCPProxy: Sendable {
    /// What a test wants of it.
    struct Orders {
        /// Each byte takes so much longer, in either direction.
        var delayMilliseconds: Int64 = 0
        var isSilent = false
        var resets = false
    }

    /// The port that clients connect to.
    public let port: Int
    private let orders: OrderBox

    /// The proxy's thread and its owner share the orders.
    private final class OrderBox: Sendable {
        let orders = Mutex(Orders())
    }

    /// Listens, and connects each client to this port of the loopback.
    public init(to upstreamPort: Int) {
        let socket = ListeningSocket()
        port = Int(socket.port)
        let box = OrderBox()
        orders = box
        let loop = ProxyLoop(listening: socket, upstreamPort: upstreamPort) {
            box.orders.withLock { orders in
                defer { orders.resets = false }
                return orders
            }
        }
        Thread.detachNewThread { loop.run() }
    }

    /// Delays each byte by this time, in either direction.
    public func delay(milliseconds: Int64) {
        orders.orders.withLock { $0.delayMilliseconds = milliseconds }
    }

    /// From now on nothing passes. Connections are accepted and stay open, and neither side learns of it.
    public func silence() {
        orders.orders.withLock { $0.isSilent = true }
    }

    /// New connections work again. Those that were silenced stay so.
    public func endSilence() {
        orders.orders.withLock { $0.isSilent = false }
    }

    /// Resets all connections.
    public func reset() {
        orders.orders.withLock { $0.resets = true }
    }
}
