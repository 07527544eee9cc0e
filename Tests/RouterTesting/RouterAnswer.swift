public import HTTPTypes
public import Hummingbird

/// The whole answer to a request of a `RouterClient`.
public struct RouterAnswer: Sendable {
    public var status: HTTPResponse.Status
    public var headers: HTTPFields
    public var body: ByteBuffer
}
