/// The reading of a wall clock: a date and a time of day, without a time zone.
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

    /// The reading that is this number of seconds after 1970-01-01T00:00:00 on the same clock.
    init(secondsSinceEpoch seconds: Int64) {
        let days = Int(seconds).flooredQuotient(by: 86_400)
        let secondOfDay = Int(seconds) - days * 86_400
        self.init(
            date: CivilDate(daysSinceEpoch: days), hour: secondOfDay / 3_600, minute: secondOfDay / 60 % 60,
            second: secondOfDay % 60)
    }

    /// Seconds from 1970-01-01T00:00:00 on the same clock; negative before it.
    var secondsSinceEpoch: Int64 {
        Int64(date.daysSinceEpoch * 86_400 + hour * 3_600 + minute * 60 + second)
    }

    /// Whether the date is in the calendar and the time on the clock: false for February 30, hour 25 and second 60.
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
