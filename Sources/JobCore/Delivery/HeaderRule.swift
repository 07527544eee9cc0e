/// Decides which headers a job may add to its webhook, and which headers any request of Belfry may have.
public enum HeaderRule {
    /// Bytes of a header's name.
    public static let nameBytesMax = 128

    /// Headers that frame the message or belong to one connection (RFC 9110, sections 7.6.1 and 8.6; RFC 9112,
    /// section 9.2). The HTTP client writes them: a second value of one is a way to smuggle requests.
    public static let framing: Set<String> = [
        "connection", "content-length", "expect", "host", "http2-settings", "keep-alive", "proxy-authenticate",
        "proxy-authorization", "proxy-connection", "te", "trailer", "trailers", "transfer-encoding", "upgrade",
    ]

    /// Headers that Belfry sets, and those that would say something untrue of its body.
    private static let reserved: Set<String> = [
        "content-encoding", "content-type", "traceparent", "tracestate", "user-agent",
    ]

    /// Whether RabbitMQ, or a plug-in of it, acts on a header with this name: it could lead a message elsewhere (`CC`,
    /// `BCC`: RabbitMQ, "Sender-selected Distribution"; `x-delay`) or say something untrue of where it has been
    /// (`x-death`). Belfry's own names with `x-` tell a service where to call back.
    public static func belongsToBroker(_ name: String) -> Bool {
        let lowercase = name.lowercased()
        return lowercase == "cc" || lowercase == "bcc" || lowercase.hasPrefix("x-")
    }

    /// Returns the reason why a job with a target of this kind can't send this header, or nil if it can (RFC 9110,
    /// sections 5.1 and 5.5).
    public static func fault(name: String, value: String, to kind: InvocationTarget.Kind = .http) -> String? {
        guard isToken(name), name.utf8.count <= nameBytesMax else { return "is not a header name" }
        let lowercase = name.lowercased()
        guard !framing.contains(lowercase), !reserved.contains(lowercase), !lowercase.hasPrefix("webhook-") else {
            return "is set by Belfry itself"
        }
        if kind == .rabbitmq, belongsToBroker(name) { return "belongs to the broker" }
        guard isFieldValue(value) else { return "has a value with a line break or another control character" }
        return nil
    }

    /// Whether a text can be a method or the name of a header (RFC 9110, section 5.6.2).
    public static func isToken(_ text: String) -> Bool {
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

    /// Whether a text can be the value of a header (RFC 9110, section 5.5). Bytes above 0x7F are allowed.
    public static func isFieldValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\t") }
    }
}
