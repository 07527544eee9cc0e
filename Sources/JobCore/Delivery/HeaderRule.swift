/// Decides which headers a job may add to its webhook.
public enum HeaderRule {
    /// Bytes of a header's name.
    public static let nameBytesMax = 128

    /// Headers that Belfry sets, and headers that change how the message is framed.
    private static let reserved: Set<String> = [
        "connection", "content-length", "content-type", "expect", "host", "te", "trailer", "transfer-encoding",
        "traceparent", "tracestate", "upgrade", "user-agent",
    ]

    /// Returns the reason why a job can't send this header, or nil if it can (RFC 9110, sections 5.1 and 5.5).
    public static func fault(name: String, value: String) -> String? {
        let isToken =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
        guard isToken, name.utf8.count <= nameBytesMax else { return "is not a header name" }
        let lowercase = name.lowercased()
        guard !reserved.contains(lowercase), !lowercase.hasPrefix("webhook-") else { return "is set by Belfry itself" }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            return "has a value with a line break or another control character"
        }
        return nil
    }
}
