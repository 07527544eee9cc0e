/// `rate(5 minutes)`: evenly spaced in elapsed time, in no zone.
///
/// Occurrences lie at multiples of the period since 1970-01-01T00:00:00Z, so that equal rates share their occurrences
/// and nothing has to be remembered. AWS counts from the creation of the rule instead.
struct Rate: Hashable, Sendable {
    enum Unit: String, CaseIterable, Sendable {
        case second, minute, hour, day

        var seconds: Int64 {
            switch self {
            case .second: 1
            case .minute: 60
            case .hour: 3_600
            case .day: 86_400
            }
        }
    }

    var count: Int64
    var unit: Unit

    /// A hundred years of 365 days; far from where whole milliseconds would overflow.
    static let longestSeconds: Int64 = 36_500 * 86_400

    func next(after instant: Instant) -> Instant? {
        let period = count * unit.seconds * 1_000
        let passed = instant.millisecondsSinceEpoch.flooredQuotient(by: period)
        let (next, overflows) = (passed + 1).multipliedReportingOverflow(by: period)
        return overflows ? nil : Instant(millisecondsSinceEpoch: next)
    }

    var sentence: String {
        count == 1 ? "Every \(unit.rawValue)" : "Every \(count) \(unit.rawValue)s"
    }
}
