import Glibc

/// Checks the URL of a job's target and finds the origin that deliveries share.
///
/// Only the text is checked here. courierd checks the resolved address when it connects, since a name can resolve to
/// another address each time.
public enum TargetURL {
    /// Returns the reason why `text` can't be a target, or nil if it can: whether a client can be built for it, and
    /// whether every client understands the same host (RFC 3986, section 3.2).
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
        return faultInAuthority(authority)
    }

    /// Returns scheme, host and port in lower case, without a default port. Deliveries to the same origin share a lane.
    public static func origin(of text: String) -> String {
        guard let scheme = text.firstRange(of: "://"), let authority = authority(of: text) else { return text }
        let origin = (text[..<scheme.upperBound] + authority).lowercased()
        if origin.hasSuffix(":") { return String(origin.dropLast()) }
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

    private static func faultInAuthority(_ authority: Substring) -> String? {
        let port: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]"), isIPv6(authority[..<end].dropFirst()) else {
                return "has an IPv6 address that is not well formed"
            }
            port = authority[authority.index(after: end)...]
        } else {
            let host = authority.prefix { $0 != ":" }
            guard isName(host) else {
                return "has a host that is neither a name of letters, digits, “-” and “_” nor an address"
            }
            port = authority[host.endIndex...]
        }
        // RFC 3986, section 3.2.3: an empty port is the default one.
        guard !port.isEmpty, port != ":" else { return nil }
        let digits = port.dropFirst()
        guard port.hasPrefix(":"), digits.utf8.count <= 5, digits.utf8.allSatisfy(isDigit), !digits.hasPrefix("0"),
            let number = Int(digits), number <= 65_535
        else { return "has a port that is not a number from 1 to 65535" }
        return nil
    }

    /// A domain name, absolute or not, or an IPv4 address: labels of 1 to 63 bytes, 253 bytes in all (RFC 1035, section
    /// 2.3.4). Names of containers may have “_”.
    private static func isName(_ host: Substring) -> Bool {
        let name = host.hasSuffix(".") ? host.dropLast() : host
        guard (1...253).contains(name.utf8.count) else { return false }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        // Some clients take 010.0.0.1, 0x7f.1 or 2130706433 for an address, and not all for the same one.
        if let last = labels.last, last.utf8.allSatisfy(isDigit) || last.lowercased().hasPrefix("0x") {
            return isIPv4(host)
        }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { byte in
                    isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                }
        }
    }

    /// Four decimal numbers without leading zeros.
    private static func isIPv4(_ text: Substring) -> Bool {
        var address = in_addr()
        return inet_pton(AF_INET, String(text), &address) == 1
    }

    private static func isIPv6(_ text: Substring) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET6, String(text), &address) == 1
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
