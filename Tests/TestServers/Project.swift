import Foundation
import Synchronization

/// The paths of the project, of its programs and of the tests' servers.
public enum Project {
    /// The folder of Package.swift.
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    /// The folder of this test runner, which also contains the programs.
    public static let bin = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path

    /// Tests that run side by side have ranges of their own: `Scripts/test` sets the first port.
    private static let firstPort = ProcessInfo.processInfo.environment["BELFRY_TEST_FIRST_PORT"].flatMap(Int.init)
    private static let drawnPorts = Mutex<Set<Int>>([])

    /// Returns an unused port of the loopback, and never one that it has returned before: a port may be drawn long
    /// before a server uses it. It is none of those that the kernel gives to outgoing connections (32,768 and more).
    public static func freePort() throws -> Int {
        let first = firstPort ?? 10_000
        for _ in 0..<1_000 {
            let port = Int.random(in: first..<(first + 7_000))
            guard drawnPorts.withLock({ $0.insert(port).inserted }) else { continue }
            if isUnused(port) { return port }
        }
        throw TestFailure("found no unused port")
    }

    private static func isUnused(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: in_addr_t(INADDR_LOOPBACK).bigEndian)
        address.sin_port = in_port_t(port).bigEndian
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    /// The folder for a server of this name. `Scripts/test` sets its parent, and stops all servers in it at the end.
    public static func home(_ name: String) -> String {
        let base = ProcessInfo.processInfo.environment["BELFRY_TEST_HOME"] ?? "\(root)/.belfry/test"
        return "\(base)/\(name)"
    }
}
