/// A request that the admin API has answered with another status than 2xx.
public struct RefusedRequest: Sendable {
    public var method: String
    /// The path, with or without a query.
    public var path: String
    public var status: Int
    /// The seconds of `Retry-After`.
    public var retryAfterSeconds: Int?
    /// Whether the answer is an error as the admin API writes it. Otherwise a proxy or another server has answered.
    public var isFromAPI: Bool

    public init(method: String, path: String, status: Int, retryAfterSeconds: Int?, isFromAPI: Bool) {
        self.method = method
        self.path = path
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
        self.isFromAPI = isFromAPI
    }

    /// The segments of the path, without the query.
    var segments: [Substring] { path.prefix { $0 != "?" }.split(separator: "/") }
}
