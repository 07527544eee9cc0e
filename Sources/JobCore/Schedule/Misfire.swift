/// When an occurrence counts as missed.
public enum Misfire {
    /// An occurrence that is handled later than this is a misfire, whichever part of Belfry was down.
    public static let latenessMaxMilliseconds: Int64 = 60_000

    /// Whether an occurrence that is handled at `judgedAt` is a misfire.
    public static func isMisfire(_ occurrence: Instant, judgedAt: Instant) -> Bool {
        judgedAt.milliseconds(since: occurrence) > latenessMaxMilliseconds
    }
}
