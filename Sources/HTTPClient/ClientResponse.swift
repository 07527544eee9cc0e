/// A server's response.
public struct ClientResponse: Sendable, Equatable {
    public var status: Int
    /// The `Retry-After` header in seconds from now, at most `RetryAfter.secondsMax`.
    public var retryAfterSeconds: Int?
    /// The `Date` header in seconds since 1970: the server's clock when it answered.
    public var serverSeconds: Int64?
    /// The first bytes of the body, at most the request's `responseBodyBytesMax`.
    public var body: [UInt8]
    /// From `send` to the end of the response, waiting for a free connection included.
    public var latencyMilliseconds: Int

    public init(
        status: Int, retryAfterSeconds: Int? = nil, serverSeconds: Int64? = nil, body: [UInt8] = [],
        latencyMilliseconds: Int
    ) {
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
        self.serverSeconds = serverSeconds
        self.body = body
        self.latencyMilliseconds = latencyMilliseconds
    }
}
