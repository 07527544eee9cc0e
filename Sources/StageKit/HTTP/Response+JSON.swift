public import HTTPTypes
public import Hummingbird
import Messaging

extension Response {
    /// A response with a JSON body. Throws `EncodingError` for a value that has no JSON, such as an infinite number.
    public static func json(_ status: HTTPResponse.Status, _ body: some Encodable) throws -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: try MessageCoder.encode(body))))
    }
}
