import Foundation
import NIOCore
import NIOPosix
import Settings

/// Finds out whether a program can listen at its addresses, before it opens anything else.
enum PortCheck {
    /// Throws what is wrong with each address, and how to repair it.
    static func run(_ addresses: [ListenAddress]) async throws(SettingsError) {
        var problems: [String] = []
        for address in addresses {
            if let fault = await fault(address) { problems.append("can't listen on \(address): \(fault)") }
        }
        guard problems.isEmpty else { throw SettingsError(problems) }
    }

    /// Listens for a moment. The server of the program listens the same way later on.
    private static func fault(_ address: ListenAddress) async -> String? {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        do {
            let channel = try await bootstrap.bind(host: address.host, port: address.port).get()
            try await channel.close()
            return nil
        } catch let error as IOError {
            return text(errorNumber: error.errnoCode)
        } catch is SocketAddressError.UnknownHost {
            return "its host is unknown; give an address of this machine, or 0.0.0.0 for all of them"
        } catch {
            return "\(error)"
        }
    }

    static func text(errorNumber: CInt) -> String {
        switch errorNumber {
        case EADDRINUSE: "another program uses the port; stop it, or choose another port"
        case EADDRNOTAVAIL:
            "this machine does not have that address; give one of its own, or 0.0.0.0 for all of them"
        case EACCES: "this user may not use the port; choose one above 1023"
        default: String(cString: strerror(errorNumber))
        }
    }
}
