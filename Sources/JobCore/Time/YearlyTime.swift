/// A day and a time that come once a year, as the `TZ` variable of POSIX writes them: `M3.2.0`, `J60/2:30`, `59/-1`.
struct YearlyTime: Sendable, Equatable {
    private enum Day: Equatable {
        /// `Jn`: 1 to 365. February 29 is never counted.
        case withoutLeapDay(Int)
        /// `n`: 0 to 365. February 29 is counted.
        case withLeapDay(Int)
        /// `Mm.w.d`: the day `weekday` (0 is Sunday) of week 1 to 5 of a month; 5 is the last one.
        case weekday(Int, week: Int, month: Int)
    }

    private let day: Day
    /// Seconds from the midnight at which the day begins; -167 to 167 hours.
    private let seconds: Int64

    /// Reads a day and, behind `/`, a time; 02:00 without one. Returns nil if the text doesn't continue with them.
    init?(_ cursor: inout TextCursor) {
        guard let day = Self.day(&cursor) else { return nil }
        self.day = day
        guard cursor.character(of: "/") != nil else {
            seconds = 2 * 3_600
            return
        }
        guard let seconds = Self.seconds(&cursor, hoursMax: 167) else { return nil }
        self.seconds = seconds
    }

    /// The reading of a clock at this time of a year: seconds since 1970-01-01T00:00:00 on that clock.
    func reading(in year: Int) -> Int64 {
        let date = date(in: year)
        return Int64(date.daysSinceEpoch) * 86_400 + seconds
    }

    private func date(in year: Int) -> CivilDate {
        let newYear = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
        switch day {
        case .withoutLeapDay(let number):
            let leapDay = CivilDate.isLeap(year) && number >= 60 ? 1 : 0
            return CivilDate(daysSinceEpoch: newYear + number - 1 + leapDay)
        case .withLeapDay(let number):
            return CivilDate(daysSinceEpoch: newYear + number)
        case .weekday(let weekday, let week, let month):
            let first = CivilDate(year: year, month: month, day: 1)
            let day = 1 + (weekday + 8 - first.weekday) % 7 + (week - 1) * 7
            let isPastEnd = day > CivilDate.days(inMonth: month, of: year)
            return CivilDate(year: year, month: month, day: isPastEnd ? day - 7 : day)
        }
    }

    private static func day(_ cursor: inout TextCursor) -> Day? {
        func number(_ range: ClosedRange<Int>) -> Int? {
            cursor.number(digitsMax: 3).flatMap { range.contains($0) ? $0 : nil }
        }
        switch cursor.character(of: "J", "M") {
        case "J": return number(1...365).map(Day.withoutLeapDay)
        case "M":
            guard let month = number(1...12), cursor.character(of: ".") != nil,
                let week = number(1...5), cursor.character(of: ".") != nil, let weekday = number(0...6)
            else { return nil }
            return .weekday(weekday, week: week, month: month)
        default: return number(0...365).map(Day.withLeapDay)
        }
    }

    /// Reads `hh[:mm[:ss]]` with an optional sign, in seconds. Returns nil if the text doesn't continue so.
    static func seconds(_ cursor: inout TextCursor, hoursMax: Int) -> Int64? {
        let sign: Int64 = cursor.character(of: "+", "-") == "-" ? -1 : 1
        guard let hours = cursor.number(digitsMax: 3), hours <= hoursMax else { return nil }
        var seconds = Int64(hours) * 3_600
        for unit in [60, 1] as [Int64] where cursor.character(of: ":") != nil {
            guard let number = cursor.number(digits: 2), number <= 59 else { return nil }
            seconds += Int64(number) * unit
        }
        return sign * seconds
    }
}
