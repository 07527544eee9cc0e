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
        let rule = JSONBodyRule(bytesMax: bytesMax)
        try rule.check(headers)
        do {
            // The client waits for this before it sends the body. A request that is refused before never gets here.
            if headers[.expect]?.lowercased() == "100-continue" { try await context.route.sendContinue() }
            return Array(try await body.collect(upTo: bytesMax).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw rule.tooLarge
        } catch {
            throw JSONBodyRule.incomplete(error)
        }
    }

    /// Reads a body that must be JSON, of a request that needs none: nil if it is empty. An empty body may have any
    /// type, since clients such as curl declare one.
    ///
    /// Throws as ``jsonBody(bytesMax:_:)`` does.
    public func optionalJSONBody(bytesMax: Int, _ context: some RouteContext) async throws -> [UInt8]? {
        if JSONBodyRule.isJSON(headers) {
            let body = try await jsonBody(bytesMax: bytesMax, context)
            return body.isEmpty ? nil : body
        }
        // A client that waits to be asked for its body need not send one that is refused.
        if let length = headers[.contentLength], length != "0" { throw JSONBodyRule.notJSON }
        do {
            _ = try await body.collect(upTo: 0)
            return nil
        } catch is NIOTooManyBytesError {
            throw JSONBodyRule.notJSON
        } catch {
            throw JSONBodyRule.incomplete(error)
        }
    }
}
