import HTTPTypes
public import Hummingbird

extension Request {
    /// Reads the body of a request that must be JSON.
    ///
    /// Throws ``APIError`` `unsupported_media_type` if the body is not declared as JSON, and `too_large` if it has more
    /// than `bytesMax` bytes.
    public func jsonBody(bytesMax: Int) async throws -> [UInt8] {
        // Media types have parameters and any case (RFC 9110, section 8.3.1).
        let mediaType = headers[.contentType]?.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard mediaType == "application/json" else {
            throw APIError(.unsupportedMediaType, "Send Content-Type: application/json.")
        }
        guard let body = try? await body.collect(upTo: bytesMax) else {
            throw APIError(.tooLarge, "The body has more than \(bytesMax) bytes.")
        }
        return Array(body.readableBytesView)
    }
}
