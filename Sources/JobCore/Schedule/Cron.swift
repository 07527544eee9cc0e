/// The six fields of a cron expression, as a pattern of clock readings.
struct Cron: Hashable, Sendable {
    let minutes: CronField
    let hours: CronField
    let days: DayRule
    let months: CronField
    let years: CronField

    /// Parses the six fields between the parentheses, in upper case.
    init(fields: [Substring]) throws(ScheduleError) {
        minutes = try CronField(fields[0], unit: .minute)
        hours = try CronField(fields[1], unit: .hour)
        days = try DayRule(dayOfMonth: fields[2], dayOfWeek: fields[4])
        months = try CronField(fields[3], unit: .month)
        years = try CronField(fields[5], unit: .year)
    }

    /// Whether the hours cover the whole day: `*`, `*/n`, `0/n`, or all 24 listed.
    var isAroundTheClock: Bool {
        let isStepped = hours.items.contains {
            switch $0 {
            case .every, .from(0, _): true
            default: false
            }
        }
        return isStepped || hours.isEveryValue
    }
}

extension Cron: ClockReadings {
    /// Searches field by field instead of minute by minute: at most 12 months of 230 years are examined.
    func first(from reading: Int64) -> Int64? {
        // Cron occurrences are at second 0, so a reading with another second starts at the next minute.
        let start = CivilTime(secondsSinceEpoch: reading + 59)
        guard let date = firstDate(from: start.date) else { return nil }
        if date == start.date, let time = firstTime(from: start.hour, start.minute, on: date) { return time }
        if date != start.date { return firstTime(from: 0, 0, on: date) }
        let dayAfter = CivilDate(daysSinceEpoch: start.date.daysSinceEpoch + 1)
        return firstDate(from: dayAfter).flatMap { firstTime(from: 0, 0, on: $0) }
    }

    /// Hours that cover the whole day mean elapsed time, so they ignore the policy: they run in both hours of an
    /// overlap and are not made up for after a gap. An hourly job runs at both 01:00s.
    ///
    /// Hours that are listed (`2`, `8-17`, `8/2`) mean the clock, so the policy decides, whatever the minutes are.
    func policy(_ chosen: DSTPolicy) -> DSTPolicy {
        isAroundTheClock ? DSTPolicy(gap: .skip, overlap: .both) : chosen
    }

    private func firstDate(from bound: CivilDate) -> CivilDate? {
        var year = years.first(from: bound.year)
        while let candidate = year {
            let isBoundYear = candidate == bound.year
            var month = months.first(from: isBoundYear ? bound.month : 1)
            while let inMonth = month {
                let isBoundMonth = isBoundYear && inMonth == bound.month
                let days = days.days(inMonth: inMonth, of: candidate)
                if let day = days.first(from: isBoundMonth ? bound.day : 1) {
                    return CivilDate(year: candidate, month: inMonth, day: day)
                }
                month = months.first(from: inMonth + 1)
            }
            year = years.first(from: candidate + 1)
        }
        return nil
    }

    private func firstTime(from hour: Int, _ minute: Int, on date: CivilDate) -> Int64? {
        if hours.contains(hour), let sameHour = minutes.first(from: minute) {
            return CivilTime(date: date, hour: hour, minute: sameHour).secondsSinceEpoch
        }
        guard let laterHour = hours.first(from: hour + 1), let first = minutes.first(from: 0) else { return nil }
        return CivilTime(date: date, hour: laterHour, minute: first).secondsSinceEpoch
    }
}
