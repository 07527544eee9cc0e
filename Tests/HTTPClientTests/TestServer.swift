import Glibc
import TestServers
import Threads

/// A small HTTP server on a loopback port, which answers as its closure says and counts its connections.
actor TestServer {
    struct Request: Sendable {
        var method: String
        var path: String
        var headers: [String: String]
        var body: [UInt8]
    }

    enum Answer: Sendable {
        case bytes([UInt8])
        /// No answer until `answerHeld` is called.
        case hold
        case hangUp
        /// The beginning of an answer, after which the server hangs up, or else goes on to say nothing.
        case beginning(String, hangsUp: Bool)

        static func status(_ status: Int, headers: [String] = [], body: String = "") -> Answer {
            let lines = ["HTTP/1.1 \(status) Reason", "Content-Length: \(body.utf8.count)"] + headers + ["", body]
            return .bytes(Array(lines.joined(separator: "\r\n").utf8))
        }
    }

    private struct Connection {
        var input: [UInt8] = []
        var output: ArraySlice<UInt8> = []
        var isHeld = false
    }

    // The first byte of a TLS client hello, which this server takes for a request of its own kind.
    private static let tlsHandshake: UInt8 = 22

    nonisolated let port: UInt16
    /// Every request, as it arrives.
    nonisolated let arrivals: AsyncStream<Request>
    private(set) var accepted = 0

    private let announce: AsyncStream<Request>.Continuation
    private let answer: @Sendable (Request) -> Answer
    private let listener: ListeningSocket
    private nonisolated let parker = SocketParker()
    private nonisolated let executor: ThreadExecutor
    private var connections: [CInt: Connection] = [:]

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(answer: @escaping @Sendable (Request) -> Answer) {
        self.answer = answer
        listener = ListeningSocket()
        port = listener.port
        (arrivals, announce) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
        executor = ThreadExecutor(name: "test-server", parker: parker)
    }

    deinit {
        executor.stop()
    }

    func run() async {
        parker.watch(listener.descriptor, readable: true, writable: false)
        await withTaskCancellationHandler {
            while !Task.isCancelled {
                for event in await parker.events(timeoutMilliseconds: 60_000) { handle(event) }
            }
        } onCancel: {
            parker.interrupt()
        }
        announce.finish()
        for descriptor in Array(connections.keys) { drop(descriptor) }
    }

    /// Answers every request that was held.
    func answerHeld(_ answer: Answer) {
        for (descriptor, connection) in connections where connection.isHeld {
            connections[descriptor]?.isHeld = false
            reply(answer, to: descriptor)
        }
    }

    private func handle(_ event: SocketEvent) {
        if event.descriptor == listener.descriptor { return acceptAll() }
        if event.isReadable || event.hasFailed { receive(event.descriptor) }
        if event.isWritable { flush(event.descriptor) }
    }

    private func acceptAll() {
        while case let descriptor = accept(listener.descriptor, nil, nil), descriptor >= 0 {
            accepted += 1
            connections[descriptor] = Connection()
            parker.watch(descriptor, readable: true, writable: false)
        }
    }

    private func receive(_ descriptor: CInt) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return drop(descriptor) }
        connections[descriptor]?.input += buffer[..<count]
        while let request = nextRequest(descriptor) {
            announce.yield(request)
            reply(answer(request), to: descriptor)
        }
    }

    private func nextRequest(_ descriptor: CInt) -> Request? {
        if connections[descriptor]?.input.first == Self.tlsHandshake {
            connections[descriptor]?.input = []
            return Request(method: "TLS", path: "", headers: [:], body: [])
        }
        guard let input = connections[descriptor]?.input,
            let end = input.indices.dropLast(3).first(where: { input[$0...].starts(with: Array("\r\n\r\n".utf8)) })
        else { return nil }
        let lines = String(decoding: input[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = lines[0].split(separator: " ")
        let headers = lines.dropFirst().map { $0.split(separator: ":", maxSplits: 1) }
            .map { ($0[0].lowercased(), $0.count > 1 ? String($0[1].drop { $0 == " " }) : "") }
        let fields = Dictionary(headers) { $0 + ", " + $1 }
        let length = Int(fields["content-length"] ?? "0") ?? 0
        guard input.count >= end + 4 + length else { return nil }
        connections[descriptor]?.input.removeFirst(end + 4 + length)
        return Request(
            method: String(words[0]), path: String(words[1]), headers: fields,
            body: Array(input[(end + 4)...].prefix(length)))
    }

    private func reply(_ answer: Answer, to descriptor: CInt) {
        switch answer {
        case .hold: connections[descriptor]?.isHeld = true
        case .hangUp: drop(descriptor)
        case .beginning(let text, let hangsUp):
            connections[descriptor]?.output += Array(text.utf8)
            flush(descriptor)
            if hangsUp { drop(descriptor) }
        case .bytes(let bytes):
            connections[descriptor]?.output += bytes
            flush(descriptor)
        }
    }

    private func flush(_ descriptor: CInt) {
        guard let output = connections[descriptor]?.output else { return }
        let flags = CInt(MSG_NOSIGNAL | MSG_DONTWAIT)
        let sent = output.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, flags) }
        if sent < 0, errno != EAGAIN { return drop(descriptor) }
        connections[descriptor]?.output.removeFirst(max(0, sent))
        parker.watch(descriptor, readable: true, writable: sent < output.count)
    }

    private func drop(_ descriptor: CInt) {
        guard connections.removeValue(forKey: descriptor) != nil else { return }
        parker.forget(descriptor)
        close(descriptor)
    }
}
