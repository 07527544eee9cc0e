/// What a webhook's URL may look like. Where it may lead is decided on the resolved address, when it is connected to.
public enum TargetURL {
    /// Why `text` can't be a target; nil when it can.
    public static func fault(in text: String) -> String? {
        let lowercase = text.lowercased()
        guard lowercase.hasPrefix("http://") || lowercase.hasPrefix("https://") else {
            return "does not begin with http:// or https://"
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return "has a blank, a control character or one that is not ASCII"
        }
        guard let authority = authority(of: text), !authority.isEmpty, !authority.hasPrefix(":") else {
            return "names no host"
        }
        guard !authority.contains("@") else { return "holds a user name or a password" }
        guard !text.contains("#") else { return "has a fragment (#…), which is never sent" }
        return nil
    }

    /// Scheme, host and port, in lower case: what deliveries share when they share a target.
    public static func origin(of text: String) -> String {
        guard let scheme = text.firstRange(of: "://"), let authority = authority(of: text) else { return text }
        let origin = (text[..<scheme.upperBound] + authority).lowercased()
        // The default port may be written or not.
        for (begin, port) in [("http://", ":80"), ("https://", ":443")]
        where origin.hasPrefix(begin) && origin.hasSuffix(port) {
            return String(origin.dropLast(port.count))
        }
        return origin
    }

    private static func authority(of text: String) -> Substring? {
        guard let scheme = text.firstRange(of: "://") else { return nil }
        return text[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    }
}

/// Which headers a job may send along.
public enum HeaderRule {
    /// What the pipeline itself says, and what would change how the message is framed.
    private static let reserved: Set<String> = [
        "connection", "content-length", "content-type", "expect", "host", "te", "trailer", "transfer-encoding",
        "traceparent", "tracestate", "upgrade", "user-agent",
    ]

    /// Why the header can't be used; nil when it can (RFC 9110, sections 5.1 and 5.5).
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
        guard isToken, name.utf8.count <= 128 else { return "is not a header name" }
        let lowercase = name.lowercased()
        guard !reserved.contains(lowercase), !lowercase.hasPrefix("webhook-") else { return "is set by Belfry itself" }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            return "has a value with a line break or another control character"
        }
        return nil
    }
}
