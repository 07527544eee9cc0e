/// How a request ended. A status of 500 is a response; a failure means that no status came back.
public enum ClientOutcome: Sendable, Equatable {
    case response(ClientResponse)
    /// `detail` is for the operator's log only: to whoever chose the URL it would be a port scanner.
    case failure(ClientFailure, detail: String, latencyMilliseconds: Int)
}

/// What a server answered.
public struct ClientResponse: Sendable, Equatable {
    public var status: Int
    /// The `Retry-After` header as seconds from now, at most a day.
    public var retryAfterSeconds: Int?
    /// The body's first bytes, as many as the request asked for.
    public var body: [UInt8]
    public var latencyMilliseconds: Int

    public init(status: Int, retryAfterSeconds: Int? = nil, body: [UInt8] = [], latencyMilliseconds: Int) {
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
        self.body = body
        self.latencyMilliseconds = latencyMilliseconds
    }
}

/// Why no status came back, in categories that may be shown to anyone.
public enum ClientFailure: String, Sendable, CaseIterable {
    /// Not an HTTP address, too long, or with a user name in it.
    case badURL
    /// A method or header that HTTP does not allow.
    case badRequest
    /// The address is not public and not allowed by configuration.
    case blockedAddress
    /// The host name has no address.
    case unresolved
    /// The connection was refused or could not be made.
    case notConnected
    /// The server's certificate or TLS itself was not acceptable.
    case tls
    /// The attempt took longer than it may.
    case timedOut
    /// The connection broke, the answer was not HTTP, or this client was stopped.
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
        case .broken: "the connection broke before an answer was complete"
        }
    }
}
