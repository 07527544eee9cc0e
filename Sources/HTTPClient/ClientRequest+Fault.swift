import JobCore

extension ClientRequest {
    private static let urlBytesMax = 2_048

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
        guard HeaderRule.isToken(method) else { return (.badRequest, "the method is not an HTTP token") }
        for header in headers {
            guard HeaderRule.isToken(header.name) else { return (.badRequest, "a header's name is not an HTTP token") }
            guard HeaderRule.isFieldValue(header.value) else {
                return (.badRequest, "the value of the header \(header.name) has a control character in it")
            }
            if HeaderRule.framing.contains(header.name.lowercased()) {
                return (.badRequest, "the header \(header.name) is set by the client only")
            }
        }
        return signature?.fault(method: method, headers: headers).map { (.badRequest, $0) }
    }

    private static func hasScheme(_ scheme: StaticString, _ url: String.UTF8View) -> Bool {
        scheme.withUTF8Buffer { scheme in
            // Setting bit 5 makes letters small and leaves ":" and "/" as they are.
            url.count > scheme.count && zip(scheme, url).allSatisfy { $0 == $1 | 0x20 }
        }
    }
}
