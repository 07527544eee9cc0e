/// The request of one attempt to invoke a service.
public struct Invocation: Sendable, Equatable {
    public var url: String
    public var headers: [String: String]
    public var body: [UInt8]
    public var timeoutMilliseconds: Int64
    /// The values of the job's own headers, such as the target's credentials. Should the service echo them, they must
    /// not go on record.
    public var hidden: [String]

    public init(
        url: String, headers: [String: String], body: [UInt8], timeoutMilliseconds: Int64, hidden: [String] = []
    ) {
        self.url = url
        self.headers = headers
        self.body = body
        self.hidden = hidden
        self.timeoutMilliseconds = timeoutMilliseconds
    }
}
