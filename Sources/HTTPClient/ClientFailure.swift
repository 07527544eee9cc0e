/// Why no status was received, in categories that reveal nothing about the network and may be shown to anyone.
public enum ClientFailure: String, Sendable, CaseIterable {
    /// Not an `http:` or `https:` URL, longer than 2,048 bytes, or with a user name in it.
    case badURL
    /// A method or header that HTTP does not allow, or that only the client may set.
    case badRequest
    /// The `AddressGuard` refuses the address that the host name has.
    case blockedAddress
    /// The host name has no address.
    case unresolved
    /// The connection was refused, or not made within 5 s.
    case notConnected
    /// The TLS handshake failed, or the certificate is not valid for the host.
    case tls
    /// The request took longer than its `timeoutMilliseconds`.
    case timedOut
    /// The connection broke before a status was received, the response was not HTTP, the task was cancelled, or this
    /// client was stopped.
    case broken
}

extension ClientFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badURL: "the URL cannot be used"
        case .badRequest: "the request's method or headers cannot be sent"
        case .blockedAddress: "the address is not allowed"
        case .unresolved: "the host name could not be resolved"
        case .notConnected: "no connection could be made"
        case .tls: "no secure connection could be made"
        case .timedOut: "no answer in time"
        case .broken: "the connection broke before the answer was complete"
        }
    }
}
