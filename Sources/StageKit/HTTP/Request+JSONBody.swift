import HTTPTypes
public import Hummingbird
public import HTTPServer
import Logging
import NIOCore

extension Request {
    /// Reads the body of a request that must be JSON.
    ///
    /// Throws ``APIError`` `unsupported_media_type` if the body is not declared as JSON or has a content coding,
    /// `too_large` if it has more than `bytesMax` bytes, and `unreadable` if the connection ends before it is complete.
    public func jsonBody(bytesMax: Int, _ context: some RouteContext) async throws -> [UInt8] {
        if let coding = headers[.contentEncoding], coding.lowercased() != "identity" {
            throw APIError(.unsupportedMediaType, "The body has a Content-Encoding. Send it without.")
        }
        guard isJSON else { throw Self.notJSON }
        return try await bytes(max: bytesMax, context)
    }

    /// Reads a body that must be JSON, of a request that needs none: nil if it is empty. An empty body may have any
    /// type, since clients such as curl declare one.
    ///
    /// Throws as ``jsonBody(bytesMax:_:)`` does.
    public func optionalJSONBody(bytesMax: Int, _ context: some RouteContext) async throws -> [UInt8]? {
        if isJSON {
            let body = try await jsonBody(bytesMax: bytesMax, context)
            return body.isEmpty ? nil : body
        }
        // A client that waits to be asked for its body need not send one that is refused.
        if let length = headers[.contentLength], length != "0" { throw Self.notJSON }
        do {
            _ = try await body.collect(upTo: 0)
            return nil
        } catch is NIOTooManyBytesError {
            throw Self.notJSON
        } catch {
            throw Self.incomplete(error)
        }
    }

    /// The media type has parameters, any case, and spaces around the semicolon (RFC 9110, section 8.3.1).
    private var isJSON: Bool {
        let mediaType = headers[.contentType]?.prefix { $0 != ";" }
        return mediaType?.trimming { $0 == " " || $0 == "\t" }.lowercased() == "application/json"
    }

    private static let notJSON = APIError(.unsupportedMediaType, "Send Content-Type: application/json.")

    private static func incomplete(_ error: any Error) -> APIError {
        APIError(.unreadable, "The body is broken or not complete.", details: ["error": "\(error)"])
    }

    private func bytes(max bytesMax: Int, _ context: some RouteContext) async throws -> [UInt8] {
        let tooLarge = APIError(.tooLarge, "The body has more than \(bytesMax) bytes.")
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > bytesMax { throw tooLarge }
        do {
            // The client waits for this before it sends the body. A request that is refused before never gets here.
            if headers[.expect]?.lowercased() == "100-continue" { try await context.route.sendContinue() }
            return Array(try await body.collect(upTo: bytesMax).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        } catch {
            throw Self.incomplete(error)
        }
    }
}

extension Substring {
    /// The text without those characters at both ends.
    fileprivate func trimming(_ isTrimmed: (Character) -> Bool) -> Substring {
        var text = drop(while: isTrimmed)
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return text
    }
}
