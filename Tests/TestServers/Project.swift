import Foundation

/// The paths of the project, of its programs and of the tests' servers.
public enum Project {
    /// The folder of Package.swift.
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    /// The folder of this test runner, which also contains the programs.
    public static let bin = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path

    /// Returns an unused port of the loopback.
    public static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: in_addr_t(INADDR_LOOPBACK).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        guard isBound else { throw TestFailure("found no unused port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// The folder for a server of this name. `Scripts/test` sets its parent, and stops all servers in it at the end.
    public static func home(_ name: String) -> String {
        let base = ProcessInfo.processInfo.environment["BELFRY_TEST_HOME"] ?? "\(root)/.belfry/test"
        return "\(base)/\(name)"
    }
}
