public import HTTPTypes
import Logging

/// The rule for a body that must be JSON, as far as it is about HTTP. Pure.
public struct JSONBodyRule: Sendable {
    private let bytesMax: Int

    /// `bytesMax` is the most bytes that the body may have.
    public init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    /// Judges a body by its request's head. Throws ``APIError`` `unsupported_media_type` if the body is not declared as
    /// JSON or has a content coding, and `too_large` if it is declared to have more bytes than it may.
    public func check(_ headers: HTTPFields) throws(APIError) {
        if let coding = headers[.contentEncoding], coding.lowercased() != "identity" {
            throw APIError(.unsupportedMediaType, "The body has a Content-Encoding. Send it without.")
        }
        guard Self.isJSON(headers) else { throw Self.notJSON }
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > bytesMax { throw tooLarge }
    }

    /// The answer to a body that has more bytes than it may.
    public var tooLarge: APIError { APIError(.tooLarge, "The body has more than \(bytesMax) bytes.") }

    /// The answer to a body that is broken, or that the connection ended before.
    public static func incomplete(_ error: any Error) -> APIError {
        APIError(.unreadable, "The body is broken or not complete.", details: ["error": "\(error)"])
    }

    /// The media type has parameters, any case, and spaces around the semicolon (RFC 9110, section 8.3.1).
    static func isJSON(_ headers: HTTPFields) -> Bool {
        guard let field = headers[.contentType] else { return false }
        let mediaType = field.prefix { $0 != ";" }
        return mediaType == json || mediaType.trimming { $0 == " " || $0 == "\t" }.lowercased() == json
    }

    static let notJSON = APIError(.unsupportedMediaType, "Send Content-Type: application/json.")

    private static let json = "application/json"
}

extension Substring {
    /// The text without those characters at both ends.
    fileprivate func trimming(_ isTrimmed: (Character) -> Bool) -> Substring {
        var text = drop(while: isTrimmed)
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return text
    }
}
