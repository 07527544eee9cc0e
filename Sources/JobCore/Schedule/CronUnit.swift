/// One of the six places of a cron expression, and what may stand there.
///
/// Source: "Cron expressions" in the EventBridge user guide; the longest steps and the widths from what AWS and the
/// public validators refuse.
enum CronUnit: CaseIterable, Sendable {
    case minute, hour, dayOfMonth, month, dayOfWeek, year

    var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 1...7
        case .year: 1970...2199
        }
    }

    /// A larger step is refused; nil where there are no steps.
    ///
    /// The guide lists `/` for the day of week in some languages only, and AWS is reported to refuse it.
    var longestStep: Int? {
        switch self {
        case .minute: 59
        case .hour: 23
        case .dayOfMonth: 31
        case .month: 12
        case .dayOfWeek: nil
        case .year: 230
        }
    }

    /// The most digits a value may have: `09` is a minute, `01` is not a day of the week.
    var digits: Int {
        switch self {
        case .year: 4
        case .dayOfWeek: 1
        default: 2
        }
    }

    /// Names for values, from the smallest value up.
    var names: [String] {
        switch self {
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        default: []
        }
    }

    var title: String {
        switch self {
        case .minute: "minutes"
        case .hour: "hours"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        case .year: "year"
        }
    }

    /// What would be right, for people.
    var hint: String {
        let values = "\(range.lowerBound)-\(range.upperBound)"
        return switch self {
        case .minute, .hour, .year: "Give \(values), with , - * and / for several."
        case .month: "Give \(values) or JAN-DEC, with , - * and / for several."
        case .dayOfMonth: "Give \(values) with , - * and /, or ?, or one of L, L-3, LW, 15W by itself."
        case .dayOfWeek: "Give \(values) or SUN-SAT (SUN is 1) with , - and *, or ?, or one of L, 6L, 3#2 by itself."
        }
    }
}
