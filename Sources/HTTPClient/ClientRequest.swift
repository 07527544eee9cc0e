/// One HTTP request, sent as it is: no redirect is followed, and the only headers added are `Host`, `User-Agent`,
/// `Accept` and `Content-Length`. Unless its method is GET or HEAD, it is sent once at most.
public struct ClientRequest: Sendable {
    /// A header. Its name and value are checked before anything is sent.
    public struct Header: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public var method: String
    /// `http:` or `https:`, at most 2,048 bytes, without user name or password.
    public var url: String
    public var headers: [Header]
    public var body: [UInt8]
    /// For the whole request, waiting for a free connection included.
    public var timeoutMilliseconds: Int
    /// How many bytes of the response's body are kept. The rest is dropped and is no failure.
    public var responseBodyBytesMax: Int
    /// Signs the request for AWS. Only a POST can be signed, over all of `headers`.
    public var signature: AWSSignature?

    /// A safe method only reads (RFC 9110, 9.2.1), so that the request may be sent twice.
    var isSafe: Bool { method == "GET" || method == "HEAD" }

    public init(
        method: String = "POST", url: String, headers: [Header] = [], body: [UInt8] = [],
        timeoutMilliseconds: Int = 60_000, responseBodyBytesMax: Int = 1_024,
        signature: AWSSignature? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeoutMilliseconds = timeoutMilliseconds
        self.responseBodyBytesMax = responseBodyBytesMax
        self.signature = signature
    }
}
