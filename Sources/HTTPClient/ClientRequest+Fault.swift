extension ClientRequest {
    private static let urlBytesMax = 2_048

    /// Headers that frame the message. libcurl writes them; a second value of one is a way to smuggle requests.
    private static let framingHeaders: Set<String> = [
        "connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// Why this request must not be sent; nil when it may. Checked before libcurl sees the request, since libcurl would
    /// guess a missing scheme and send any header as it is.
    var fault: (failure: ClientFailure, detail: String)? {
        if url.utf8.count > Self.urlBytesMax { return (.badURL, "the URL has more than \(Self.urlBytesMax) bytes") }
        // libcurl would take a NUL for the end of the URL.
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            return (.badURL, "the URL has a space or a control character in it")
        }
        guard Self.hasScheme("http://", url.utf8) || Self.hasScheme("https://", url.utf8) else {
            return (.badURL, "the URL must start with http:// or https://")
        }
        guard Self.isToken(method) else { return (.badRequest, "the method is not an HTTP token") }
        for header in headers {
            guard Self.isToken(header.name) else { return (.badRequest, "a header's name is not an HTTP token") }
            guard Self.isFieldValue(header.value) else {
                return (.badRequest, "the value of the header \(header.name) has a control character in it")
            }
            if Self.framingHeaders.contains(header.name.lowercased()) {
                return (.badRequest, "the header \(header.name) is set by the client only")
            }
        }
        return nil
    }

    private static func hasScheme(_ scheme: StaticString, _ url: String.UTF8View) -> Bool {
        scheme.withUTF8Buffer { scheme in
            // Setting bit 5 makes letters small and leaves ":" and "/" as they are.
            url.count > scheme.count && zip(scheme, url).allSatisfy { $0 == $1 | 0x20 }
        }
    }

    /// RFC 9110, 5.6.2: the characters of methods and header names.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    /// RFC 9110, 5.5, and bytes above 0x7F.
    private static func isFieldValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == UInt8(ascii: "\t") }
    }
}
