public import HTTPTypes

/// An answer that is there as a whole, and needs no stream.
public struct WholeAnswer: Sendable {
    public var status: HTTPResponse.Status
    /// The fields besides those that the server adds, such as `Content-Length`.
    public var headers: HTTPFields
    public var body: [UInt8]

    public init(status: HTTPResponse.Status, headers: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
