/// The days of a month that a cron expression selects: its day-of-month or its day-of-week field, one of which is `?`.
enum DayRule: Hashable, Sendable {
    /// A list, range or step of days of the month.
    case daysOfMonth(CronField)
    /// `L` or `L-n`: the last day of the month, or n days before it.
    case lastDay(minus: Int)
    /// `LW`: the last Monday to Friday of the month.
    case lastWeekday
    /// `nW`: the Monday to Friday nearest to day n, within the month.
    case weekdayNearest(Int)
    /// A list or range of days of the week.
    case daysOfWeek(CronField)
    /// `5L` or `THUL`: the last such day of the week in the month.
    case last(weekday: Int)
    /// `3#2`: the second Tuesday of the month.
    case nth(Int, weekday: Int)

    /// The selected days in one month of one year.
    func days(inMonth month: Int, of year: Int) -> BitSet {
        let length = CivilDate.days(inMonth: month, of: year)
        let firstWeekday = CivilDate(year: year, month: month, day: 1).weekday
        func weekday(_ day: Int) -> Int { (firstWeekday + day - 2) % 7 + 1 }
        func isWeekend(_ day: Int) -> Bool { weekday(day) == 1 || weekday(day) == 7 }

        switch self {
        case .daysOfMonth(let field):
            return BitSet((1...length).lazy.filter { field.contains($0) })
        case .lastDay(let before):
            return length > before ? BitSet([length - before]) : BitSet()
        case .lastWeekday:
            return BitSet((length - 2...length).last { !isWeekend($0) }.map { [$0] } ?? [])
        case .weekdayNearest(let day):
            guard day <= length else { return BitSet() }
            return BitSet([Self.nearestWeekday(to: day, weekday: weekday(day), length: length)])
        case .daysOfWeek(let field):
            return BitSet((1...length).lazy.filter { field.contains(weekday($0)) })
        case .last(let wanted):
            return BitSet((length - 6...length).lazy.filter { weekday($0) == wanted })
        case .nth(let n, let wanted):
            let day = (wanted - firstWeekday + 7) % 7 + 1 + (n - 1) * 7
            return day <= length ? BitSet([day]) : BitSet()
        }
    }

    private static func nearestWeekday(to day: Int, weekday: Int, length: Int) -> Int {
        switch weekday {
        case 7: day == 1 ? 3 : day - 1
        case 1: day == length ? day - 2 : day + 1
        default: day
        }
    }
}

extension DayRule {
    /// Parses the two fields, in upper case. Throws unless exactly one of them is `?`.
    init(dayOfMonth: Substring, dayOfWeek: Substring) throws(ScheduleError) {
        switch (dayOfMonth == "?", dayOfWeek == "?") {
        case (false, true): self = try Self.ofMonth(dayOfMonth)
        case (true, false): self = try Self.ofWeek(dayOfWeek)
        case (false, false):
            throw .expression(
                "Both the day of month (\(dayOfMonth.prefix(20))) and the day of week (\(dayOfWeek.prefix(20))) "
                    + "are given.",
                hint: "Put ? in the one that doesn't matter, as in cron(0 12 * * ? *) or cron(0 12 ? * MON *).")
        case (true, true):
            throw .expression(
                "Neither the day of month nor the day of week is given.",
                hint: "Put ? in only one of them; for every day write cron(0 12 * * ? *).")
        }
    }

    private static func ofMonth(_ text: Substring) throws(ScheduleError) -> DayRule {
        if text == "L" { return .lastDay(minus: 0) }
        if text == "LW" { return .lastWeekday }
        if text.hasPrefix("L-") {
            guard let before = CronField.number(text.dropFirst(2), digits: 2), (1...30).contains(before) else {
                throw .expression(
                    "\(text.quoted) is not a day of month.",
                    hint: "L-n counts n days back from the month's last day, n from 1 to 30.")
            }
            return .lastDay(minus: before)
        }
        if text.contains(",") { try refuseSpecials("LW", in: text, unit: .dayOfMonth) }
        if text.hasSuffix("W") { return .weekdayNearest(try CronField.value(text.dropLast(), unit: .dayOfMonth)) }
        return .daysOfMonth(try CronField(text, unit: .dayOfMonth))
    }

    private static func ofWeek(_ text: Substring) throws(ScheduleError) -> DayRule {
        // Alone, L is the last day of every week.
        if text == "L" { return .daysOfWeek(CronField(unit: .dayOfWeek, items: [.value(7)])) }
        if text.contains(",") { try refuseSpecials("L#", in: text, unit: .dayOfWeek) }
        if text.hasSuffix("L") { return .last(weekday: try CronField.value(text.dropLast(), unit: .dayOfWeek)) }
        let halves = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2 else { return .daysOfWeek(try CronField(text, unit: .dayOfWeek)) }
        guard let n = CronField.number(halves[1], digits: 1), (1...5).contains(n) else {
            throw .expression(
                "\(text.quoted) is not a day of week.",
                hint: "After # comes 1 to 5, as in 3#2 or TUE#2 for the second Tuesday of the month.")
        }
        return .nth(n, weekday: try CronField.value(halves[0], unit: .dayOfWeek))
    }

    private static func refuseSpecials(
        _ specials: String, in list: Substring, unit: CronUnit
    ) throws(ScheduleError) {
        for part in list.split(separator: ",") where !unit.names.contains(String(part)) {
            if let special = part.first(where: specials.contains) {
                throw .expression(
                    "\(special) cannot be part of a list in the \(unit.title) field.",
                    hint: "Make it the only value of the field, and use a job for each.")
            }
        }
    }
}
