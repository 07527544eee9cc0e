/// The version of a RabbitMQ node, of which the first two numbers name the series.
public struct BrokerVersion: Sendable, Comparable {
    private static let check = "broker version"
    /// Quorum queues have what Belfry needs from here on: a time to live, and at-least-once dead letters.
    private static let oldest = BrokerVersion(major: 3, minor: 10)
    /// The developers fix only the newest series. Older ones than this were left behind for certain.
    private static let oldestWithFixes = BrokerVersion(major: 4, minor: 2)

    private let major: Int
    private let minor: Int

    private init(major: Int, minor: Int) {
        (self.major, self.minor) = (major, minor)
    }

    /// Reads a version such as `3.10.8` or `4.2.0-rc.1`; nil for another text.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 3, let major = Int(parts[0]), let minor = Int(parts[1]), major >= 0, minor >= 0 else {
            return nil
        }
        self.init(major: major, minor: minor)
    }

    public static func < (left: BrokerVersion, right: BrokerVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    /// What to say about a broker that has introduced itself with this product, version and name of its cluster.
    public static func finding(product: String, version: String, cluster: String) -> DoctorFinding {
        let found = "\(product) \(version)" + (cluster.isEmpty ? "" : ", cluster \(cluster)")
        guard product == "RabbitMQ", let version = BrokerVersion(version) else {
            return .warning(
                check, "\(found) is not a RabbitMQ whose version is known",
                next: "use RabbitMQ \(oldest.text) or later: Belfry needs its quorum queues")
        }
        if version < oldest {
            return .wrong(check, "\(found) is too old", next: "upgrade to RabbitMQ \(oldest.text) or later")
        }
        guard version >= oldestWithFixes else {
            return .warning(
                check, "\(found): a series that gets no fixes from its developers any more",
                next: "unless your distribution maintains this package, plan an upgrade to the newest series "
                    + "(www.rabbitmq.com/release-information); Belfry works with this one, too")
        }
        return .ok(check, found)
    }

    private var text: String { "\(major).\(minor)" }
}
