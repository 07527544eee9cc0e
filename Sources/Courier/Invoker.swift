public import JobCore

/// One attempt to invoke a service.
public struct Invocation: Sendable, Equatable {
    public var url: String
    public var headers: [String: String]
    public var body: [UInt8]
    public var timeoutMilliseconds: Int64

    public init(url: String, headers: [String: String], body: [UInt8], timeoutMilliseconds: Int64) {
        self.url = url
        self.headers = headers
        self.body = body
        self.timeoutMilliseconds = timeoutMilliseconds
    }
}

/// The way to a service: an HTTP client, or a test double.
public protocol Invoker: Sendable {
    /// Connections to one target at once, at most. A lane's limit is no higher: more deliveries would wait inside the
    /// invoker, where their timeouts already run.
    var connectionsPerTargetLimit: Int { get }

    /// Makes one attempt. A cancelled attempt ends at once, with any result.
    func invoke(_ invocation: Invocation) async -> AttemptResult
}
