/// The three texts that a schedule is made of.
///
/// Jobs with equal keys share one schedule: the ticker computes it once and publishes one due event for all of them.
public struct ScheduleKey: Sendable, Hashable, Codable {
    /// A `rate(…)`, `cron(…)` or `at(…)` expression.
    public var expression: String
    /// A name of the IANA time zone database.
    public var timeZone: String
    /// The rule for local times that a clock change leaves out or repeats.
    public var dst: DSTPolicy

    public init(_ expression: String, timeZone: String = "UTC", dst: DSTPolicy = .default) {
        self.expression = expression
        self.timeZone = timeZone
        self.dst = dst
    }

    /// Parses the expression. Throws the reason if one of the three texts is wrong.
    public func parsed(zones: ZoneDatabase = .shared) throws(ScheduleError) -> Schedule {
        try Schedule(expression, timeZone: timeZone, dst: dst, zones: zones)
    }
}
