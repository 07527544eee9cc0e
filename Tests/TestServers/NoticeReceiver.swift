import Foundation

/// A socket as systemd has it for the notices of a service (sd_notify(3)).
public final class NoticeReceiver: Sendable {
    /// The value for `NOTIFY_SOCKET`.
    public let path: String
    private let descriptor: CInt

    public init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "belfry-\(UUID().uuidString.prefix(8))").path
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard descriptor >= 0, isBound else { throw TestFailure("can't listen at \(path)") }
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    /// The notices that have arrived since the last call, each such as `READY=1`.
    public func notices() -> [String] {
        var found: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count >= 0 else { return found }
            found += String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }
}
