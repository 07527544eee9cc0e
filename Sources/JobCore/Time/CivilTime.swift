/// A date of the proleptic Gregorian calendar, in whole-number arithmetic only.
///
/// The conversions are Howard Hinnant's "chrono-compatible low-level date algorithms": years begin on 1 March, so that
/// the leap day comes last, and 400 years (146,097 days) repeat.
struct CivilDate: Hashable, Sendable {
    var year: Int
    var month: Int
    var day: Int

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSinceEpoch: Int) {
        let shifted = daysSinceEpoch + 719_468
        let era = shifted.flooredQuotient(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSinceEpoch: Int {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = yearFromMarch.flooredQuotient(by: 400)
        let yearOfEra = yearFromMarch - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// 1 (Sunday) to 7 (Saturday), as cron expressions count; 1970-01-01 was a Thursday.
    var weekday: Int {
        let days = daysSinceEpoch + 4
        return days - days.flooredQuotient(by: 7) * 7 + 1
    }

    static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// What a clock on the wall reads: a date and a time of day, of no particular zone.
struct CivilTime: Hashable, Sendable {
    var date: CivilDate
    var hour: Int
    var minute: Int
    var second: Int

    init(date: CivilDate, hour: Int, minute: Int, second: Int = 0) {
        self.date = date
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    init(secondsSinceEpoch seconds: Int64) {
        let days = Int(seconds).flooredQuotient(by: 86_400)
        let secondOfDay = Int(seconds) - days * 86_400
        self.init(
            date: CivilDate(daysSinceEpoch: days), hour: secondOfDay / 3_600, minute: secondOfDay / 60 % 60,
            second: secondOfDay % 60)
    }

    /// Seconds from 1970-01-01T00:00:00 on the same clock.
    var secondsSinceEpoch: Int64 {
        Int64(date.daysSinceEpoch * 86_400 + hour * 3_600 + minute * 60 + second)
    }

    /// Whether the calendar and the clock have such a moment: no February 30, no hour 25, no second 60.
    var exists: Bool {
        (1...12).contains(date.month) && date.day >= 1
            && date.day <= CivilDate.days(inMonth: date.month, of: date.year)
            && (0...23).contains(hour) && (0...59).contains(minute) && (0...59).contains(second)
    }
}

extension CivilTime: CustomStringConvertible {
    /// `2026-01-02T03:04:05`
    var description: String {
        "\(date.year.padded(to: 4))-\(date.month.padded(to: 2))-\(date.day.padded(to: 2))"
            + "T\(hour.padded(to: 2)):\(minute.padded(to: 2)):\(second.padded(to: 2))"
    }
}

extension FixedWidthInteger {
    /// The quotient rounded towards minus infinity, so that times before 1970 fall into the right day.
    func flooredQuotient(by divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// Decimal digits with zeros in front, at least `width` of them.
    func padded(to width: Int) -> String {
        let digits = String(magnitude)
        let zeros = String(repeating: "0", count: Swift.max(0, width - digits.count))
        return (self < 0 ? "-" : "") + zeros + digits
    }
}
