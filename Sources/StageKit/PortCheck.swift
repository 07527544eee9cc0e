import Foundation
import Settings

/// Finds out whether a program can listen at its addresses, before it opens anything else.
enum PortCheck {
    /// Throws what is wrong with each address, and how to repair it.
    static func run(_ addresses: [ListenAddress]) throws(SettingsError) {
        let problems = addresses.compactMap { address in
            fault(address).map { "can't listen on \(address): \($0)" }
        }
        guard problems.isEmpty else { throw SettingsError(problems) }
    }

    /// Takes the address for a moment, as the server of the program does later on. It does not listen: a client that
    /// connects in that moment would wait for an answer that never comes.
    private static func fault(_ address: ListenAddress) -> String? {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.host, "\(address.port)", &hints, &found) == 0, let found else {
            return "its host is unknown; give an address of this machine, or 0.0.0.0 for all of them"
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(found.pointee.ai_family, found.pointee.ai_socktype | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return text(errorNumber: errno) }
        defer { close(descriptor) }
        var yes: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout.size(ofValue: yes)))
        guard bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else {
            return text(errorNumber: errno)
        }
        return nil
    }

    private static func text(errorNumber: CInt) -> String {
        switch errorNumber {
        case EADDRINUSE: "another program uses the port; stop it, or choose another port"
        case EADDRNOTAVAIL:
            "this machine does not have that address; give one of its own, or 0.0.0.0 for all of them"
        case EACCES: "this user may not use the port; choose one above 1023"
        default: String(cString: strerror(errorNumber))
        }
    }
}
