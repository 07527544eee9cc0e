import Foundation
import Synchronization

/// A server that takes connections and answers nothing.
public final class SilentListener: Sendable {
    public let port: Int
    private let descriptors: Mutex<[CInt]>

    public init() throws {
        port = try Project.freePort()
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: in_addr_t(INADDR_LOOPBACK).bigEndian)
        address.sin_port = in_port_t(port).bigEndian
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isBound, listen(listener, 16) == 0 else { throw TestFailure("can't listen on \(port)") }
        descriptors = Mutex([listener])
    }

    deinit { close() }

    /// Takes a connection that waits. Returns whether there was one.
    public func acceptsOne() -> Bool {
        descriptors.withLock { descriptors in
            guard let listener = descriptors.first else { return false }
            let connection = accept(listener, nil, nil)
            if connection >= 0 { descriptors.append(connection) }
            return connection >= 0
        }
    }

    /// Ends all connections, and takes no more.
    public func close() {
        descriptors.withLock { descriptors in
            for descriptor in descriptors { Foundation.close(descriptor) }
            descriptors = []
        }
    }
}
