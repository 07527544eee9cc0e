import JobCore

/// The five fields of a Unix cron schedule, and the expressions that mean the same here.
///
/// A day of Unix cron is one that its day of month *or* its day of week selects, if both are restricted. Here one of
/// the two is always `?`.
struct UnixCron: Equatable {
    /// Whose rules a schedule follows, where programs differ.
    enum Dialect {
        /// cron of ISC (Vixie), cronie, Debian's cron.
        case crontab
        /// The parser of Kubernetes, robfig/cron 3.
        case kubernetes
    }

    /// Why a schedule can't be expressed, as a sentence.
    struct Fault: Error, Equatable {
        var message: String
    }

    /// One `cron(…)`, or two that together are the schedule.
    let expressions: [String]
    /// The policy for clock changes that the program follows.
    let dst: DSTPolicy

    private typealias Days = (monthly: UnixCronDays, weekly: UnixCronDays)

    /// Reads five fields. Throws why they can't be expressed.
    init(fields: [Substring], dialect: Dialect) throws(Fault) {
        guard fields.count == 5 else {
            throw Fault(message: "a schedule has five fields (minute, hour, day of month, month, day of week)")
        }
        let minutes = try UnixCronField(fields[0], unit: .minute, dialect: dialect)
        let hours = try UnixCronField(fields[1], unit: .hour, dialect: dialect)
        let months = try UnixCronField(fields[3], unit: .month, dialect: dialect)
        let days = try Self.days(
            (
                UnixCronDays(fields[2], unit: .day, dialect: dialect),
                UnixCronDays(fields[4], unit: .weekday, dialect: dialect)
            ))
        expressions = days.map { "cron(\(minutes.text) \(hours.text) \($0.0) \(months.text) \($0.1) *)" }
        dst = Self.dst(isClockwork: minutes.startsWithStar || hours.startsWithStar, dialect: dialect)
    }

    /// Reads five fields, or a nickname such as `@daily`.
    init(_ text: some StringProtocol, dialect: Dialect) throws(Fault) {
        let fields = text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map { Substring($0) }
        guard let first = fields.first, first.hasPrefix("@") else {
            try self.init(fields: fields, dialect: dialect)
            return
        }
        guard let schedule = Self.nicknames[first.lowercased()], fields.count == 1 else {
            throw Self.faultOfNickname(first)
        }
        try self.init(fields: schedule.split(separator: " "), dialect: dialect)
    }

    private static let nicknames = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *", "@every_minute": "* * * * *",
    ]

    private static func faultOfNickname(_ name: Substring) -> Fault {
        if name.lowercased() == "@reboot" {
            return Fault(message: "@reboot is no time: have the service do this when it starts")
        }
        return Fault(message: "\(name.prefix(40)) is not known: write the five fields")
    }

    /// The day of month and the day of week of each expression.
    private static func days(_ days: Days) throws(Fault) -> [(String, String)] {
        let (monthly, weekly) = days
        guard monthly.startsWithStar || weekly.startsWithStar else {
            // One of the two must hold. A list of all days always does.
            let always = monthly.isEveryDay || weekly.isEveryDay
            return always ? [("*", "?")] : [(monthly.text, "?"), ("?", weekly.text)]
        }
        switch (monthly.isEveryDay, weekly.isEveryDay) {
        case (true, true): return [("*", "?")]
        case (true, false): return [("?", weekly.text)]
        case (false, true): return [(monthly.text, "?")]
        case (false, false):
            throw Fault(
                message: "cron takes the days that are both “\(monthly.given)” of the month and “\(weekly.given)” of "
                    + "the week, since one of the two begins with *: an expression here has only one of them")
        }
    }

    /// Cron makes up for a fixed time that the clock leaves out, and runs a repeated one once; what recurs within an
    /// hour or a day follows the clock. Kubernetes leaves out the one and runs the other twice.
    private static func dst(isClockwork: Bool, dialect: Dialect) -> DSTPolicy {
        isClockwork || dialect == .kubernetes
            ? DSTPolicy(gap: .skip, overlap: .both) : DSTPolicy(gap: .shift, overlap: .first)
    }
}
