import Glibc

/// Two connected sockets.
final class SocketPair: Sendable {
    let first: CInt
    private let second: CInt

    init() {
        var descriptors: [CInt] = [-1, -1]
        socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &descriptors)
        (first, second) = (descriptors[0], descriptors[1])
    }

    deinit {
        close(first)
        close(second)
    }

    /// Makes `first` readable.
    func writeToSecond() {
        var byte: UInt8 = 7
        _ = write(second, &byte, 1)
    }

    /// Hangs up as closing the other end does, and keeps the descriptor from being used again.
    func closeSecond() {
        shutdown(second, CInt(SHUT_RDWR))
    }
}
