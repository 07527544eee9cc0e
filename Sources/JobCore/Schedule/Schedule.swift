/// When a job runs: an expression, the time zone of its local times, and the policy for clock changes.
///
/// ```swift
/// let schedule = try Schedule("cron(30 2 ? * MON-FRI *)", timeZone: "Europe/Madrid")
/// schedule.sentence              // "At 02:30 every Monday through Friday (Europe/Madrid)"
/// schedule.next(after: instant)  // the first occurrence strictly after `instant`
/// ```
///
/// `cron(…)` and `rate(…)` follow Amazon EventBridge rules ("Cron and rate expressions" in its user guide), `at(…)`
/// follows EventBridge Scheduler ("Schedule types"). Unlike EventBridge, a rate may be in seconds and counts from 1970.
public struct Schedule: Sendable, Hashable {
    /// The expression as it was given.
    public let expression: String
    /// A name of the IANA time zone database. It has no effect on a rate.
    public let timeZone: String
    /// The policy for local times that a clock change leaves out or repeats. It has no effect on a rate.
    public let dst: DSTPolicy
    private let recurrence: Recurrence
    private var zone: Zone

    /// Parses an expression. Throws which of the three texts is wrong, why, and what would be right.
    ///
    /// The schedule keeps the rules of its time zone as they are in `zones` now, so that its answers don't change while
    /// somebody works with it. ``following(_:)`` gives it newer ones.
    public init(
        _ expression: String, timeZone: String = "UTC", dst: DSTPolicy = .default, zones: ZoneDatabase = .shared
    ) throws(ScheduleError) {
        let zone: Zone
        do {
            zone = try zones.zone(named: timeZone)
        } catch {
            throw .timeZone(timeZone, error, suggestion: zones.suggestion(for: timeZone))
        }
        self.recurrence = try ScheduleParser.recurrence(expression)
        self.expression = expression
        self.timeZone = timeZone
        self.dst = dst
        self.zone = zone
    }

    /// Returns this schedule with the rules that its time zone has now; nil if it has them already, or needs none.
    public func following(_ zones: ZoneDatabase) -> Schedule? {
        if case .rate = recurrence { return nil }
        guard let zone = try? zones.zone(named: timeZone), zone != self.zone else { return nil }
        var schedule = self
        schedule.zone = zone
        return schedule
    }

    /// Returns the first occurrence strictly after an instant, or nil if there is none. Years after 2199 have none,
    /// except for a rate.
    public func next(after instant: Instant) -> Instant? {
        switch recurrence {
        case .rate(let rate): rate.next(after: instant)
        case .once(let time): next(after: instant, on: OneReading(time: time))
        case .cron(let cron): next(after: instant, on: cron)
        }
    }

    /// Whether this is an `at(…)` whose time is not after `now`: it never occurs again. A `cron(…)` that names a past
    /// year, or a day that no month has, is accepted as EventBridge accepts it.
    func hasPassed(at now: Instant) -> Bool {
        guard case .once = recurrence else { return false }
        return next(after: now) == nil
    }

    /// The schedule in plain English, such as `At 02:30 every day (America/New_York)`.
    public var sentence: String {
        switch recurrence {
        case .rate(let rate): rate.sentence
        case .once(let time): "On \(time.description.replacing("T", with: " at ")) (\(timeZone))"
        case .cron(let cron): "\(CronSentence(cron: cron).text) (\(timeZone))"
        }
    }

    private func next(after instant: Instant, on readings: some ClockReadings) -> Instant? {
        // Expressions name the years 1970 to 2199. The days on either side are more than any offset from UTC.
        let earliest = -Zone.lookBack
        guard instant.secondsSinceEpoch < Self.endOfYears + Zone.lookBack else { return nil }
        let search = OccurrenceSearch(zone: zone, policy: readings.policy(dst), readings: readings)
        return search.first(from: max(earliest, instant.secondsSinceEpoch + 1)).map(Instant.init(secondsSinceEpoch:))
    }

    /// 2200-01-01T00:00:00Z.
    private static let endOfYears: Int64 = 7_258_118_400
}
