/// The address of a broker, and the user to log in as: `amqp://user:password@host:port/vhost`, or `amqps://`.
///
///     let url = try BrokerURL(parsing: "amqps://belfry-tickerd:secret@mq.example.com/production")
public struct BrokerURL: Sendable, Equatable {
    public var host: String
    public var port: Int
    public var user: String
    public var password: String
    public var virtualHost: String
    public var usesTLS: Bool

    /// Reads one URL as RabbitMQ's URI specification has it. The defaults are port 5672 (5671 with TLS), user and
    /// password `guest`, virtual host `/`. Throws `BrokerURLError`, which never holds the password.
    public init(parsing text: String) throws(BrokerURLError) {
        let rest: Substring
        if text.hasPrefix("amqp://") {
            (usesTLS, rest) = (false, text.dropFirst(7))
        } else if text.hasPrefix("amqps://") {
            (usesTLS, rest) = (true, text.dropFirst(8))
        } else {
            throw BrokerURLError("begins with neither amqp:// nor amqps://")
        }
        let slash = rest.firstIndex(of: "/")
        var place = rest[..<(slash ?? rest.endIndex)]
        (user, password) = ("guest", "guest")
        if let at = place.lastIndex(of: "@") {
            let parts = place[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = try Self.decoded(parts[0], "user name")
            password = parts.count == 2 ? try Self.decoded(parts[1], "password") : ""
            place = place[place.index(after: at)...]
        }
        if place.hasPrefix("["), let end = place.firstIndex(of: "]") {
            host = String(place[place.index(after: place.startIndex)..<end])
            place = place[place.index(after: end)...]
        } else {
            host = String(place.prefix { $0 != ":" })
            place = place.dropFirst(host.count)
        }
        port = usesTLS ? 5671 : 5672
        if place.hasPrefix(":") {
            guard let number = Int(place.dropFirst()), (1...65_535).contains(number) else {
                // The text after “:” may be part of a password with an unencoded “/”, so it is not repeated.
                throw BrokerURLError(
                    "has no port from 1 to 65535 after “:”; in a password, write “/” as %2F and “@” as %40")
            }
            port = number
        }
        guard !host.isEmpty else { throw BrokerURLError("has no host") }
        let path = slash.map { rest[rest.index(after: $0)...] } ?? ""
        virtualHost = path.isEmpty ? "/" : try Self.decoded(path, "virtual host")
        guard [host, user, password, virtualHost].allSatisfy({ !$0.utf8.contains(0) && $0.utf8.count <= 255 }) else {
            throw BrokerURLError("has a part longer than 255 bytes, or with a zero byte")
        }
    }

    /// Reads several URLs, separated by commas. Throws the first error.
    public static func list(parsing text: String) throws(BrokerURLError) -> [BrokerURL] {
        var urls: [BrokerURL] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            urls.append(try BrokerURL(parsing: String(part)))
        }
        return urls
    }

    private static func decoded(_ text: Substring, _ part: String) throws(BrokerURLError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                throw BrokerURLError("has a \(part) whose percent-encoding is broken")
            }
            rest = rest.dropFirst(2)
            bytes.append(value)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension BrokerURL: CustomStringConvertible {
    /// The URL without the password, for logs and errors.
    public var description: String {
        let path = virtualHost == "/" ? "" : virtualHost
        return "\(usesTLS ? "amqps" : "amqp")://\(user):***@\(host):\(port)/\(path)"
    }
}
