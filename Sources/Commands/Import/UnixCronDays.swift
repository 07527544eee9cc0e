/// The day of month or the day of week of a Unix cron schedule.
///
/// Some programs take `L`, `15W`, `5L` and `5#2` there, which mean the same here, but for the number of the day.
struct UnixCronDays: Equatable {
    /// As it was given, for messages.
    let given: String
    /// The field of an expression.
    let text: String
    /// Whether every day is selected.
    let isEveryDay: Bool
    /// Whether cron treats the field as one with a `*`.
    let startsWithStar: Bool

    /// Reads a field. Throws why it can't be expressed.
    init(_ field: Substring, unit: UnixCronField.Unit, dialect: UnixCron.Dialect) throws(UnixCron.Fault) {
        given = String(field.prefix(40))
        if dialect == .crontab, let special = Self.special(field.uppercased(), unit: unit) {
            (text, isEveryDay, startsWithStar) = (special, false, false)
            return
        }
        let plain = try UnixCronField(field, unit: unit, dialect: dialect)
        (text, isEveryDay, startsWithStar) = (plain.text, plain.isEveryValue, plain.startsWithStar)
    }

    private static func special(_ field: String, unit: UnixCronField.Unit) -> String? {
        guard unit == .weekday else {
            return field.wholeMatch(of: /L|LW|([1-9]|[12][0-9]|3[01])W/) == nil ? nil : field
        }
        guard let match = field.wholeMatch(of: /([0-7])(L|#[1-5])/), let day = Int(match.1) else { return nil }
        return "\(UnixCronField.Unit.weekday.names[day % 7].uppercased())\(match.2)"
    }
}
