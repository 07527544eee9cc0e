/// One of the six fields of a cron expression, with its allowed values.
///
/// Source: "Cron expressions" in the Amazon EventBridge user guide. The guide doesn't give the largest steps and the
/// numbers of digits; these are what AWS and public validators accept.
enum CronUnit: CaseIterable, Sendable {
    case minute, hour, dayOfMonth, month, dayOfWeek, year

    /// The allowed values.
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

    /// The largest allowed step; nil if the field takes no step.
    ///
    /// For the day of week, only some translations of the guide list `/`, and AWS is reported to refuse it.
    var stepMax: Int? {
        switch self {
        case .minute: 59
        case .hour: 23
        case .dayOfMonth: 31
        case .month: 12
        case .dayOfWeek: nil
        case .year: 230
        }
    }

    /// The largest number of digits of a value: `09` is a minute, but `01` is not a day of the week.
    var digits: Int {
        switch self {
        case .year: 4
        case .dayOfWeek: 1
        default: 2
        }
    }

    /// Names of the values, in ascending order; empty if the field has only numbers.
    var names: [String] {
        switch self {
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        default: []
        }
    }

    /// The name of the field in messages.
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

    /// A sentence for error messages that lists what the field accepts.
    var hint: String {
        let values = "\(range.lowerBound)-\(range.upperBound)"
        return switch self {
        case .minute, .hour, .year: "Give \(values), with , - * and / for several."
        case .month: "Give \(values) or JAN-DEC, with , - * and / for several."
        case .dayOfMonth: "Give \(values) with , - * and /, or ?, or only one of L, L-3, LW, 15W."
        case .dayOfWeek: "Give \(values) or SUN-SAT (SUN is 1) with , - and *, or ?, or only one of L, 6L, 3#2."
        }
    }
}
