/// What an operator chooses when a fork is enabled.
public struct ForkOptions: Sendable, Equatable {
    /// How long the archive keeps an event, in seconds.
    public var ageSecondsMax: Int64
    /// How much the fork's queue holds, in bytes.
    public var bytesMax: Int64
    /// Where the replay may publish.
    public var destinations: [ReplayDestination]

    /// 1 MB to 1 PB: a smaller archive would have segments of a few events.
    public static let bytesRange: ClosedRange<Int64> = 1_000_000...1_000_000_000_000_000

    /// The defaults: an archive of 30 days and 10 GB, a storage queue of 2 GB.
    public init(_ fork: EventFork) {
        ageSecondsMax = 30 * 86_400
        bytesMax = fork == .storage ? 2_000_000_000 : 10_000_000_000
        destinations = []
    }

    /// An age as RabbitMQ's policies have it, in the largest unit that holds it: `30D`, `36h`, `90m`, `45s`.
    static func text(ofAgeSeconds seconds: Int64) -> String {
        let units: [(String, Int64)] = [("D", 86_400), ("h", 3_600), ("m", 60)]
        for (unit, length) in units where seconds >= length && seconds % length == 0 {
            return "\(seconds / length)\(unit)"
        }
        return "\(seconds)s"
    }

    /// The seconds of such a text; nil for one in another unit.
    static func seconds(ofAge text: String) -> Int64? {
        let units: [Character: Int64] = ["D": 86_400, "h": 3_600, "m": 60, "s": 1]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
            (1...1_000_000_000).contains(count)
        else { return nil }
        return count * unit
    }
}
