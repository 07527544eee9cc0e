/// Checks the URL of a job's target and finds the origin that deliveries share.
///
/// Only the text is checked here. courierd checks the resolved address when it connects, since a name can resolve to
/// another address each time.
public enum TargetURL {
    /// Returns the reason why `text` can't be a target, or nil if it can.
    public static func fault(in text: String) -> String? {
        let lowercase = text.lowercased()
        guard lowercase.hasPrefix("http://") || lowercase.hasPrefix("https://") else {
            return "does not begin with http:// or https://"
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return "contains a space, a control character or a character that is not ASCII"
        }
        guard let authority = authority(of: text), !authority.isEmpty, !authority.hasPrefix(":") else {
            return "names no host"
        }
        guard !authority.contains("@") else { return "contains a user name or a password" }
        guard !text.contains("#") else { return "has a fragment (#…), which is never sent" }
        return nil
    }

    /// Returns scheme, host and port in lower case, without a default port. Deliveries to the same origin share a lane.
    public static func origin(of text: String) -> String {
        guard let scheme = text.firstRange(of: "://"), let authority = authority(of: text) else { return text }
        let origin = (text[..<scheme.upperBound] + authority).lowercased()
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
