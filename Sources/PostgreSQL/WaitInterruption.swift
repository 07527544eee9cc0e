import CLinux
import Glibc

/// Ends the wait of a thread for the server, from any other thread.
final class WaitInterruption: Sendable {
    /// Can be read once the wait is to end.
    let descriptor: CInt = belfry_eventfd()

    init() {
        precondition(descriptor >= 0, "no file descriptors left: raise the limit (ulimit -n)")
    }

    deinit { close(descriptor) }

    func interrupt() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    /// For the next call.
    func reset() {
        var drained: UInt64 = 0
        _ = read(descriptor, &drained, 8)
    }
}
