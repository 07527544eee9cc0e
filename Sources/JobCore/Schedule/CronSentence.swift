/// A cron expression in plain English: `At 02:30 every Monday through Friday in January`.
struct CronSentence {
    var cron: Cron

    var text: String {
        let time = timePhrase
        // "Every 5 minutes" and "At minute 5 of every hour" already imply every day; "At 02:30" does not.
        let isRepeating = time.lowercased().contains("every")
        return [time, daysPhrase(isRepeating: isRepeating), monthsPhrase, yearsPhrase].filter { !$0.isEmpty }
            .joined(separator: " ")
    }
}

extension CronSentence {
    /// How many times of day are listed one by one.
    private static let clockTimesMax = 6

    private var timePhrase: String {
        if let times = clockTimes { return "At " + Self.list(times) }
        let minutes = minutesPhrase
        if cron.hours.isEveryValue {
            if cron.minutes.listedValues == [0] { return "Every hour on the hour" }
            return minutes.hasPrefix("Every") ? minutes : minutes + " of every hour"
        }
        return "\(minutes) of \(hoursPhrase)"
    }

    /// The times of day one by one; nil if there are many, or if the fields have ranges or steps.
    private var clockTimes: [String]? {
        guard let hours = cron.hours.listedValues, let minutes = cron.minutes.listedValues,
            hours.count * minutes.count <= Self.clockTimesMax
        else { return nil }
        return hours.flatMap { hour in minutes.map { "\(hour.padded(to: 2)):\($0.padded(to: 2))" } }
    }

    private var minutesPhrase: String {
        let items = cron.minutes.items
        if items.count == 1 {
            switch items[0] {
            case .every(1), .from(0, 1): return "Every minute"
            case .every(let step), .from(0, let step):
                // A step that doesn't divide 60 is irregular at the full hour.
                if 60 % step == 0 { return "Every \(step) minutes" }
            default: break
            }
            if Self.isStepped(items[0]) { return "At \(phrase(items, noun: "minute"))" }
        }
        let noun = cron.minutes.listedValues?.count == 1 ? "minute" : "minutes"
        return "At \(noun) \(phrase(items, noun: "minute"))"
    }

    private var hoursPhrase: String {
        let items = cron.hours.items
        if items.count == 1, Self.isStepped(items[0]) { return phrase(items, noun: "hour") { $0.padded(to: 2) } }
        let noun = cron.hours.listedValues?.count == 1 ? "the hour" : "the hours"
        return "\(noun) \(phrase(items, noun: "hour") { $0.padded(to: 2) })"
    }
}

extension CronSentence {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    private func daysPhrase(isRepeating: Bool) -> String {
        switch cron.days {
        case .daysOfMonth(let field) where field.isEveryValue, .daysOfWeek(let field) where field.isEveryValue:
            return isRepeating ? "" : "every day"
        case .daysOfMonth(let field):
            if field.items.count == 1, Self.isStepped(field.items[0]) {
                return "on \(phrase(field.items, noun: "day")) of the month"
            }
            let noun = field.listedValues?.count == 1 ? "day" : "days"
            return "on \(noun) \(phrase(field.items, noun: "day")) of the month"
        case .lastDay(let before):
            if before == 0 { return "on the last day of the month" }
            return "\(before) \(before == 1 ? "day" : "days") before the last day of the month"
        case .lastWeekday:
            return "on the last weekday (Monday to Friday) of the month"
        case .weekdayNearest(let day):
            return "on the weekday (Monday to Friday) nearest day \(day) of the month"
        case .daysOfWeek(let field):
            let days = phrase(field.items, noun: "day") { Self.weekdays[$0 - 1] }
            return "\(isRepeating ? "on" : "every") \(days)"
        case .last(let weekday):
            return "on the last \(Self.weekdays[weekday - 1]) of the month"
        case .nth(let n, let weekday):
            let nth = ["first", "second", "third", "fourth", "fifth"][n - 1]
            return "on the \(nth) \(Self.weekdays[weekday - 1]) of the month"
        }
    }

    private var monthsPhrase: String {
        if cron.months.isEveryValue { return "" }
        return "in " + phrase(cron.months.items, noun: "month") { Self.months[$0 - 1] }
    }

    private var yearsPhrase: String {
        cron.years.isEveryValue ? "" : "in " + phrase(cron.years.items, noun: "year")
    }
}

extension CronSentence {
    private static func isStepped(_ item: CronField.Item) -> Bool {
        switch item {
        case .every, .from: true
        case .range(_, _, let step): step > 1
        case .value: false
        }
    }

    private func phrase(_ items: [CronField.Item], noun: String, name: (Int) -> String = { String($0) }) -> String {
        Self.list(
            items.map { item in
                switch item {
                case .every(let step): Self.every(step, noun)
                case .value(let value): name(value)
                case .from(let start, let step): "\(Self.every(step, noun)) from \(name(start))"
                case .range(let start, let end, 1): "\(name(start)) through \(name(end))"
                case .range(let start, let end, let step):
                    "\(Self.every(step, noun)) from \(name(start)) through \(name(end))"
                }
            })
    }

    /// `every hour`, `every 2nd hour`
    private static func every(_ step: Int, _ noun: String) -> String {
        if step == 1 { return "every \(noun)" }
        let suffix =
            switch (step % 10, step % 100) {
            case (_, 11...13): "th"
            case (1, _): "st"
            case (2, _): "nd"
            case (3, _): "rd"
            default: "th"
            }
        return "every \(step)\(suffix) \(noun)"
    }

    /// `1`, `1 and 2`, `1, 2 and 3`
    private static func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }
}
