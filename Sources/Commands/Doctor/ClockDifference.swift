/// How far the clock of this machine is from that of a server, by the `Date` header of an answer.
public struct ClockDifference: Sendable, Equatable {
    private static let check = "clock"
    private static let warnedMilliseconds: Int64 = 2_000

    /// By how much the server is ahead, at best; negative if it is behind.
    private let aheadMilliseconds: Int64

    /// `serverSeconds` is the header, `asked` and `answered` are the milliseconds of this machine before and after.
    /// All are since 1970.
    public init(serverSeconds: Int64, asked: Int64, answered: Int64) {
        // The header has whole seconds, rounded down, and was written at some time between the two.
        let halfTrip = (answered - asked) / 2
        let ahead = serverSeconds * 1_000 + 500 - (asked + halfTrip)
        let certain = max(0, abs(ahead) - halfTrip)
        aheadMilliseconds = ahead < 0 ? -certain : certain
    }

    /// What to say about it. `server` is what has answered.
    public func finding(server: String) -> DoctorFinding {
        let size = abs(aheadMilliseconds)
        guard size >= Self.warnedMilliseconds else {
            return .ok(Self.check, "as the clock of \(server), to about a second")
        }
        return .warning(
            Self.check,
            "this machine is \(size / 1_000).\(size % 1_000 / 100) s \(aheadMilliseconds > 0 ? "behind" : "ahead of") "
                + server,
            next: "let NTP set the clocks of both machines (chrony or systemd-timesyncd; timedatectl shows it)")
    }
}
