import Foundation
import Logging

/// The socket of the service manager (systemd) that has started this process. The process sends notices of its state to
/// it, as sd_notify(3) describes.
final class NoticeSocket: Sendable {
    /// How long the manager waits for a sign of life before it restarts the process; nil if it doesn't.
    let watchdogMilliseconds: Int64?
    private let descriptor: CInt
    private let address: [UInt8]

    /// The socket of the variable `NOTIFY_SOCKET`. Nil without it, and if it is no address of a socket.
    convenience init?(logger: Logger) {
        let environment = ProcessInfo.processInfo.environment
        guard let path = environment["NOTIFY_SOCKET"] else { return nil }
        self.init(socketPath: path, watchdogMilliseconds: Self.watchdog(environment, pid: getpid()))
        logger.debug("telling the service manager how this process is", metadata: ["socket": "\(path)"])
    }

    /// Nil if the path is no address of a socket.
    init?(socketPath: String, watchdogMilliseconds: Int64?) {
        // Linux's abstract addresses begin with a zero byte, which is written as “@”.
        var path = Array(socketPath.utf8)
        guard let first = path.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@"),
            path.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path)
        else { return nil }
        if first == UInt8(ascii: "@") { path[0] = 0 }
        let family = withUnsafeBytes(of: sa_family_t(AF_UNIX)) { Array($0) }
        address = family + path + (first == UInt8(ascii: "@") ? [] : [0])
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        self.watchdogMilliseconds = watchdogMilliseconds
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    /// The time of `WATCHDOG_USEC`, unless `WATCHDOG_PID` names another process.
    static func watchdog(_ environment: [String: String], pid: Int32) -> Int64? {
        guard let microseconds = environment["WATCHDOG_USEC"].flatMap(Int64.init), microseconds > 0,
            environment["WATCHDOG_PID"].map({ $0 == "\(pid)" }) ?? true
        else { return nil }
        return max(1, microseconds / 1_000)
    }

    /// Sends notices, such as `READY=1`. They are lost if nobody reads them.
    func send(_ notices: [String]) {
        guard !notices.isEmpty else { return }
        let text = Array(notices.joined(separator: "\n").utf8)
        address.withUnsafeBytes { bytes in
            guard let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return }
            _ = sendto(descriptor, text, text.count, CInt(MSG_DONTWAIT), pointer, socklen_t(bytes.count))
        }
    }
}
