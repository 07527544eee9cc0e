/// A second implementation of cron expressions, which splits the text and tries every minute.
///
/// It is slow and obvious, and shares nothing with the code under test, not even the calendar.
struct NaiveCron {
    private let fields: [String]
    private let minutes: [Bool]
    private let hours: [Bool]
    private let months: [Bool]
    private let years: [Bool]
    private let daysOfMonth: [Bool]?

    init(fields: [String]) {
        self.fields = fields.map { $0.uppercased() }
        minutes = (0...59).map { Self.matches($0, fields[0], 0, 59) }
        hours = (0...23).map { Self.matches($0, fields[1], 0, 23) }
        months = (1...12).map { Self.matches($0, fields[3].uppercased(), 1, 12) }
        years = (1970...2199).map { Self.matches($0, fields[5], 1970, 2199) }
        let isPlain = !fields[2].contains { "?LW".contains($0) }
        daysOfMonth = isPlain ? (1...31).map { Self.matches($0, fields[2], 1, 31) } : nil
    }

    /// Whether the hours cover the whole day, decided from the text.
    var isAroundTheClock: Bool {
        let isStepped = fields[1].split(separator: ",").contains { $0.hasPrefix("*") || $0.hasPrefix("0/") }
        return isStepped || !hours.contains(false)
    }

    /// Returns the first matching minute since the epoch from `minute` to before `limit`.
    func first(from minute: Int, before limit: Int) -> Int? {
        var minute = minute
        while minute < limit {
            let endOfDay = (minute / 1_440 + 1) * 1_440
            guard matchesDay(Day.all[minute / 1_440]) else {
                minute = endOfDay
                continue
            }
            while minute < min(endOfDay, limit) {
                if hours[minute / 60 % 24] && minutes[minute % 60] { return minute }
                minute += 1
            }
        }
        return nil
    }

    func matches(_ minute: Int) -> Bool {
        minutes[minute % 60] && hours[minute / 60 % 24] && matchesDay(Day.all[minute / 1_440])
    }

    private func matchesDay(_ day: Day) -> Bool {
        guard years[day.year - 1970], months[day.month - 1] else { return false }
        return fields[2] == "?" ? matchesWeekday(day) : matchesDayOfMonth(day)
    }

    private func matchesDayOfMonth(_ day: Day) -> Bool {
        if let daysOfMonth { return daysOfMonth[day.day - 1] }
        let text = fields[2]
        // The weekday of another day of the same month.
        func isWeekend(_ other: Int) -> Bool { [1, 7].contains((day.weekday - 1 + other - day.day + 70) % 7 + 1) }
        if text == "L" { return day.day == day.length }
        if text == "LW" {
            return !isWeekend(day.day) && (day.day + 1...day.length + 1).dropLast().allSatisfy(isWeekend)
        }
        if text.hasPrefix("L-") { return day.day == day.length - (Int(text.dropFirst(2)) ?? 99) }
        if text.hasSuffix("W") {
            guard let wanted = Int(text.dropLast()), wanted <= day.length else { return false }
            // Tries the nearest days first, within the month.
            let tries = [0, -1, 1, -2, 2].map { wanted + $0 }.filter { (1...day.length).contains($0) }
            return tries.first { !isWeekend($0) } == day.day
        }
        return false
    }

    private func matchesWeekday(_ day: Day) -> Bool {
        let text = fields[4]
        if text == "L" { return day.weekday == 7 }
        if text.hasSuffix("L") { return Self.number(text.dropLast()) == day.weekday && day.day + 7 > day.length }
        if text.contains("#") {
            let halves = text.split(separator: "#")
            return Self.number(halves[0]) == day.weekday && Int(halves[1]) == (day.day + 6) / 7
        }
        return Self.matches(day.weekday, text, 1, 7)
    }

    private static func matches(_ value: Int, _ text: String, _ lowest: Int, _ highest: Int) -> Bool {
        text.split(separator: ",").contains { part in
            let halves = part.split(separator: "/")
            let step = halves.count == 2 ? Int(halves[1])! : 1
            if halves[0] == "*" { return (value - lowest) % step == 0 }
            let ends = halves[0].split(separator: "-").map(number)
            if ends.count == 1 && halves.count == 1 { return value == ends[0] }
            var candidate = ends[0]
            let last = ends.count == 2 ? ends[1] : highest
            var sinceHit = 0
            while true {
                if sinceHit % step == 0 && candidate == value { return true }
                if candidate == last { return false }
                candidate = candidate == highest ? lowest : candidate + 1
                sinceHit += 1
            }
        }
    }

    private static func number(_ text: Substring) -> Int {
        let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        let days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        let name = (months.firstIndex(of: String(text)) ?? days.firstIndex(of: String(text))).map { $0 + 1 }
        return name ?? Int(text)!
    }
}

/// All days of 1970 to 2199, counted one by one from a Thursday.
private struct Day {
    var year: Int
    var month: Int
    var day: Int
    var weekday: Int
    var length: Int

    static let all: [Day] = {
        var days: [Day] = []
        for year in 1970...2199 {
            // 2000 is the only century year from 1970 to 2199 that is a leap year.
            let isLeap = year % 4 == 0 && year != 2100
            for (index, length) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
                for day in 1...length {
                    let weekday = (days.count + 4) % 7 + 1
                    days.append(Day(year: year, month: index + 1, day: day, weekday: weekday, length: length))
                }
            }
        }
        return days
    }()
}
