import Glibc

/// A connection through a proxy: two sockets, and the bytes that are on their way between them.
final class ProxiedConnection {
    /// One direction.
    private struct Flow {
        let from: CInt
        let to: CInt
        var chunks: [(arrival: ContinuousClock.Instant, bytes: ArraySlice<UInt8>)] = []
        var hasEnded = false
        var isShut = false
    }

    /// Nothing passes any more, also after the proxy's silence.
    var isSilent = false
    /// Whether both sides are closed.
    private(set) var isOver = false
    private var flows: [Flow]
    private let sockets: [CInt]

    /// This number of chunks wait in one direction before the sender has to wait, too.
    private static let chunksMax = 1_000

    /// Connects a client. Nil if nobody listens upstream: the client's connection is then closed.
    init?(client: CInt, upstreamPort: Int) {
        let upstream = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(upstreamPort).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(upstream, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        sockets = [client, upstream]
        flows = [Flow(from: client, to: upstream), Flow(from: upstream, to: client)]
        guard result == 0 else {
            close(client)
            close(upstream)
            isOver = true
            return nil
        }
        var one: CInt = 1
        for descriptor in sockets {
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            _ = setsockopt(
                descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<CInt>.size))
        }
    }

    deinit {
        if !isOver { for descriptor in sockets { close(descriptor) } }
    }

    /// The sockets that may still send something.
    var readableDescriptors: [CInt] {
        flows.filter { !$0.hasEnded && $0.chunks.count < Self.chunksMax }.map(\.from)
    }

    /// Reads what has arrived, and passes on what arrived at least this time ago.
    func pass(delay: Duration) {
        let now = ContinuousClock.now
        for index in flows.indices {
            if !read(&flows[index], now) || !write(&flows[index], until: now - delay) {
                reset()
                return
            }
        }
        if flows.allSatisfy(\.isShut) { end() }
    }

    /// Ends the connection on both sides with a reset.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        for descriptor in sockets {
            _ = setsockopt(
                descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        }
        end()
    }

    private func end() {
        if isOver { return }
        isOver = true
        for descriptor in sockets { close(descriptor) }
    }

    /// False if the connection is broken.
    private func read(_ flow: inout Flow, _ now: ContinuousClock.Instant) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !flow.hasEnded && flow.chunks.count < Self.chunksMax {
            let count = recv(flow.from, &buffer, buffer.count, 0)
            if count < 0 { return errno == EAGAIN }
            if count == 0 { flow.hasEnded = true } else { flow.chunks.append((now, buffer[..<count])) }
        }
        return true
    }

    /// False if the connection is broken.
    private func write(_ flow: inout Flow, until latest: ContinuousClock.Instant) -> Bool {
        while let first = flow.chunks.first, first.arrival <= latest {
            let count = first.bytes.withUnsafeBytes { send(flow.to, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            if count < 0 { return errno == EAGAIN }
            if count == first.bytes.count {
                flow.chunks.removeFirst()
            } else {
                flow.chunks[0].bytes = first.bytes.dropFirst(count)
            }
        }
        if flow.hasEnded && flow.chunks.isEmpty && !flow.isShut {
            flow.isShut = true
            shutdown(flow.to, CInt(SHUT_WR))
        }
        return true
    }
}
