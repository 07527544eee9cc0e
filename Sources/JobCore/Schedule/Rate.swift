/// A `rate(5 minutes)` expression: occurrences at equal distances of elapsed time, without a time zone.
///
/// Occurrences are multiples of the period since 1970-01-01T00:00:00Z, so jobs with equal rates share their occurrences
/// and no state is kept. AWS counts from the creation of the rule instead.
struct Rate: Hashable, Sendable {
    /// The unit of a period.
    enum Unit: String, CaseIterable, Sendable {
        case second, minute, hour, day

        /// Seconds of one unit.
        var seconds: Int64 {
            switch self {
            case .second: 1
            case .minute: 60
            case .hour: 3_600
            case .day: 86_400
            }
        }
    }

    /// The number of units between two occurrences.
    var count: Int64
    var unit: Unit

    /// Seconds of the longest period: a hundred years of 365 days, which is far from overflowing milliseconds.
    static let periodSecondsMax: Int64 = 36_500 * 86_400

    /// Returns the first occurrence strictly after an instant, or nil if 64 bits can't hold it.
    func next(after instant: Instant) -> Instant? {
        let period = count * unit.seconds * 1_000
        let elapsedPeriods = instant.millisecondsSinceEpoch.flooredQuotient(by: period)
        let (next, overflows) = (elapsedPeriods + 1).multipliedReportingOverflow(by: period)
        return overflows ? nil : Instant(millisecondsSinceEpoch: next)
    }

    /// The rate in plain English: `Every 5 minutes`.
    var sentence: String {
        count == 1 ? "Every \(unit.rawValue)" : "Every \(count) \(unit.rawValue)s"
    }
}
