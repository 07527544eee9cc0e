/// The parsed expression of a schedule, without its time zone.
enum Recurrence: Hashable, Sendable {
    /// `rate(…)`
    case rate(Rate)
    /// `at(…)`
    case once(CivilTime)
    /// `cron(…)`
    case cron(Cron)
}
