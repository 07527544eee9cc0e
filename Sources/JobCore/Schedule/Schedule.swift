/// When a job runs: an expression, the time zone its clock times are read in, and what clock changes do to them.
///
/// `cron(…)` and `rate(…)` follow AWS EventBridge rules, `at(…)` follows EventBridge Scheduler; see `ScheduleParser`.
public struct Schedule: Sendable, Hashable {
    public let expression: String
    /// A name of the IANA time zone database. A rate doesn't depend on it.
    public let timeZone: String
    public let dst: DSTPolicy
    private let recurrence: Recurrence
    private let zone: Zone

    public init(_ expression: String, timeZone: String = "UTC", dst: DSTPolicy = .default) throws(ScheduleError) {
        guard let zone = Zone(identifier: timeZone) else { throw .timeZone(timeZone) }
        self.recurrence = try ScheduleParser.recurrence(expression)
        self.expression = expression
        self.timeZone = timeZone
        self.dst = dst
        self.zone = zone
    }

    /// The first occurrence strictly after an instant; nil when there is never one again.
    public func next(after instant: Instant) -> Instant? {
        switch recurrence {
        case .rate(let rate): rate.next(after: instant)
        case .once(let time): next(after: instant, on: OneReading(time: time))
        case .cron(let cron): next(after: instant, on: cron)
        }
    }

    /// The schedule in plain English: `At 02:30 every day (America/New_York)`.
    public var sentence: String {
        switch recurrence {
        case .rate(let rate): rate.sentence
        case .once(let time): "On \(time.description.replacing("T", with: " at ")) (\(timeZone))"
        case .cron(let cron): "\(CronSentence(cron: cron).text) (\(timeZone))"
        }
    }

    private func next(after instant: Instant, on readings: some ClockReadings) -> Instant? {
        // Two days of margin around the years that expressions can name: no offset reaches across.
        let earliest = -Zone.lookBack
        guard instant.secondsSinceEpoch < Self.endOfYears + Zone.lookBack else { return nil }
        let search = OccurrenceSearch(zone: zone, policy: readings.policy(dst), readings: readings)
        return search.first(from: max(earliest, instant.secondsSinceEpoch + 1)).map(Instant.init(secondsSinceEpoch:))
    }

    /// 2200-01-01T00:00:00Z.
    private static let endOfYears: Int64 = 7_258_118_400
}

/// What an expression says, apart from the zone.
enum Recurrence: Hashable, Sendable {
    case rate(Rate)
    case once(CivilTime)
    case cron(Cron)
}
