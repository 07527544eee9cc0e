import Glibc

/// A TCP connection to a loopback port, for a client that sends what no HTTP library would send.
public final class RawConnection: Sendable {
    private let descriptor: CInt

    /// Connects. Throws if nobody listens, or if no further file may be open.
    public init(port: Int) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw TestFailure("no socket: \(String(cString: strerror(errno)))") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let descriptor = descriptor
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw TestFailure("no connection: \(String(cString: strerror(errno)))") }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    deinit {
        close(descriptor)
    }

    /// Sends what the socket takes at once. False if the connection is closed.
    @discardableResult
    public func send(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) >= 0 }
    }

    /// Sends what the socket takes at once, and returns the number of bytes, or nil if the connection is closed.
    public func sendSome(_ bytes: ArraySlice<UInt8>) -> Int? {
        let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
        return count >= 0 ? count : errno == EAGAIN ? 0 : nil
    }

    /// Sends no more. The server sees the end of the input, and may still send.
    public func endInput() {
        shutdown(descriptor, CInt(SHUT_WR))
    }

    /// What has arrived and was not read yet, and whether the server has closed the connection.
    public func read() -> (text: String, isClosed: Bool) {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                text += buffer[..<count]
            } else {
                return (String(decoding: text, as: UTF8.self), count == 0 || errno != EAGAIN)
            }
        }
    }

    /// Waits until the server has closed the connection, and returns all that came before.
    public func readToEnd(withinSeconds seconds: Int = 120) async throws -> String {
        var text = ""
        return try await until("the server closes the connection", withinSeconds: seconds) {
            let part = read()
            text += part.text
            return part.isClosed ? text : nil
        }
    }

    /// Waits until the text that has arrived contains another one, and returns it.
    public func readUntil(_ end: String, withinSeconds seconds: Int = 120) async throws -> String {
        var text = ""
        return try await until("the server sends \(end)", withinSeconds: seconds) {
            text += read().text
            return text.contains(end) ? text : nil
        }
    }
}
