/// The request of one attempt to invoke a service.
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
