/// When an occurrence counts as missed.
public enum Misfire {
    /// An occurrence that is found due later than this is a misfire.
    public static let latenessMaxMilliseconds: Int64 = 60_000

    /// Whether an occurrence that was found due at `tickedAt` is a misfire.
    public static func isMisfire(_ occurrence: Instant, tickedAt: Instant) -> Bool {
        tickedAt.milliseconds(since: occurrence) > latenessMaxMilliseconds
    }
}
