/// One HTTP request, sent as it is: no redirect is followed, no header made up except those HTTP needs.
public struct ClientRequest: Sendable {
    /// A header line. Its name and value are checked before anything is sent.
    public struct Header: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public var method: String
    /// `http:` or `https:`, at most 2048 bytes, without user name or password.
    public var url: String
    public var headers: [Header]
    public var body: [UInt8]
    /// For the whole attempt, waiting for a free connection included.
    public var timeoutMilliseconds: Int
    /// How much of the answer's body is kept.
    public var maxBodyBytes: Int

    public init(
        method: String = "POST", url: String, headers: [Header] = [], body: [UInt8] = [],
        timeoutMilliseconds: Int = 15_000, maxBodyBytes: Int = 1_024
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeoutMilliseconds = timeoutMilliseconds
        self.maxBodyBytes = maxBodyBytes
    }
}
