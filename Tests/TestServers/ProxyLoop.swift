import Glibc

/// The loop of a proxy's thread.
final class ProxyLoop: @unchecked Sendable {
    // Only the thread uses what changes.
    private let listening: ListeningSocket
    private let upstreamPort: Int
    private let orders: @Sendable () -> TCPProxy.Orders
    private var connections: [ProxiedConnection] = []

    /// The longest sleep: orders and delayed bytes wait for so long at most.
    private static let tickMilliseconds: CInt = 10

    init(listening: consuming ListeningSocket, upstreamPort: Int, orders: @escaping @Sendable () -> TCPProxy.Orders) {
        self.listening = listening
        self.upstreamPort = upstreamPort
        self.orders = orders
    }

    func run() {
        while true {
            let orders = orders()
            if orders.resets {
                for connection in connections { connection.reset() }
                connections = []
            }
            if orders.isSilent { for connection in connections { connection.isSilent = true } }
            accept(isSilent: orders.isSilent)
            for connection in connections where !connection.isSilent {
                connection.pass(delay: .milliseconds(orders.delayMilliseconds))
            }
            connections.removeAll { $0.isOver }
            wait()
        }
    }

    private func accept(isSilent: Bool) {
        while true {
            let client = Glibc.accept(listening.descriptor, nil, nil)
            if client < 0 { return }
            guard let connection = ProxiedConnection(client: client, upstreamPort: upstreamPort) else { continue }
            connection.isSilent = isSilent
            connections.append(connection)
        }
    }

    /// Sleeps until something can be read, or for a tick.
    private func wait() {
        let descriptors =
            [listening.descriptor] + connections.filter { !$0.isSilent }.flatMap(\.readableDescriptors)
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        _ = poll(&polled, nfds_t(polled.count), Self.tickMilliseconds)
    }
}
