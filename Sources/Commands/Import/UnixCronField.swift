/// One of the five fields of a Unix cron schedule, in the words of an expression.
struct UnixCronField: Equatable {
    /// What a field is about.
    enum Unit {
        case minute, hour, day, month
        /// 0 or 7 is Sunday. Here Sunday is 1.
        case weekday

        var range: ClosedRange<Int> {
            switch self {
            case .minute: 0...59
            case .hour: 0...23
            case .day: 1...31
            case .month: 1...12
            case .weekday: 0...7
            }
        }

        /// The names of the values, from the smallest on; in lower case.
        var names: [String] {
            switch self {
            case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
            case .weekday: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
            default: []
            }
        }

        var title: String {
            switch self {
            case .minute: "minute"
            case .hour: "hour"
            case .day: "day of month"
            case .month: "month"
            case .weekday: "day of week"
            }
        }
    }

    /// The values from one to another.
    private struct Run {
        var low: Int
        var high: Int
        var step: Int
        var isEvery: Bool

        var values: [Int] { Array(stride(from: low, through: high, by: step)) }
    }

    /// The field of an expression.
    let text: String
    /// Whether it selects every value.
    let isEveryValue: Bool
    /// Whether cron treats the field as one with a `*`, whatever follows.
    let startsWithStar: Bool

    /// Reads a field. Throws why it can't be expressed.
    init(_ given: Substring, unit: Unit, dialect: UnixCron.Dialect) throws(UnixCron.Fault) {
        var runs: [Run] = []
        for part in given.split(separator: ",", omittingEmptySubsequences: false) {
            runs.append(try Self.run(part, unit: unit, dialect: dialect))
        }
        let values = Set(runs.flatMap(\.values).map { unit == .weekday ? $0 % 7 : $0 })
        isEveryValue = values.count == (unit == .weekday ? 7 : unit.range.count)
        switch dialect {
        case .crontab: startsWithStar = given.hasPrefix("*") || given.hasPrefix("?")
        case .kubernetes: startsWithStar = runs.contains { $0.isEvery && $0.step == 1 }
        }
        text =
            if isEveryValue, runs.contains(where: { $0.isEvery && $0.step == 1 }) || unit == .weekday {
                "*"
            } else if unit == .weekday {
                Self.weekdays(values)
            } else {
                runs.map { Self.text($0, unit: unit) }.joined(separator: ",")
            }
    }

    private static func run(
        _ part: Substring, unit: Unit, dialect: UnixCron.Dialect
    ) throws(UnixCron.Fault) -> Run {
        let halves = part.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count <= 2 else { throw fault(part, unit) }
        var step = 1
        if halves.count == 2 {
            guard let number = number(halves[1]), number > 0 else {
                throw UnixCron.Fault(message: "“\(part.prefix(40))” has a step that is not a number of 1 or more")
            }
            step = number
        }
        let isOptionalStar = halves[0] == "?" && (unit == .day || unit == .weekday)
        if halves[0] == "*" || isOptionalStar {
            return Run(low: unit.range.lowerBound, high: unit.range.upperBound, step: step, isEvery: true)
        }
        let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count <= 2, let low = value(ends[0], unit), let high = value(ends[ends.count - 1], unit) else {
            throw fault(part, unit)
        }
        guard low <= high else {
            throw UnixCron.Fault(
                message: "the range “\(part.prefix(40))” of the \(unit.title) ends before it begins: write two ranges")
        }
        if ends.count == 1, halves.count == 2 {
            guard dialect == .kubernetes else {
                let high = unit.range.upperBound
                throw UnixCron.Fault(
                    message: "“\(part.prefix(40))” is a step without a range, which programs read in different ways: "
                        + "write \(low)-\(high)/\(step), or only \(low)")
            }
            return Run(low: low, high: unit == .weekday ? 6 : unit.range.upperBound, step: step, isEvery: false)
        }
        return Run(low: low, high: high, step: step, isEvery: false)
    }

    private static func fault(_ part: Substring, _ unit: Unit) -> UnixCron.Fault {
        if part.contains("~") {
            return UnixCron.Fault(message: "“\(part.prefix(40))” is a random \(unit.title): write a number")
        }
        let (low, high) = (unit.range.lowerBound, unit.range.upperBound)
        return UnixCron.Fault(
            message: "“\(part.prefix(40))” is not a\(unit == .hour ? "n" : "") \(unit.title): write \(low) to \(high)"
                + (unit.names.isEmpty ? "" : " or \(unit.names[0]) to \(unit.names[unit.names.count - 1])"))
    }

    private static func value(_ text: Substring, _ unit: Unit) -> Int? {
        if let index = unit.names.firstIndex(of: text.lowercased()) { return index + (unit == .month ? 1 : 0) }
        guard let number = number(text), unit.range.contains(number) else { return nil }
        return number
    }

    private static func number(_ text: Substring) -> Int? {
        let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isNumber && (1...4).contains(text.utf8.count) ? Int(text) : nil
    }

    /// A step that leads past the end, which an expression can't have, selects the first value only.
    private static func text(_ run: Run, unit: Unit) -> String {
        if run.low + run.step > run.high { return "\(run.low)" }
        let step = run.step == 1 ? "" : "/\(run.step)"
        return run.isEvery ? "*\(step)" : "\(run.low)-\(run.high)\(step)"
    }

    /// Names of days, those of three or more in a row as a range.
    private static func weekdays(_ values: Set<Int>) -> String {
        let names = Unit.weekday.names.map { $0.uppercased() }
        var parts: [String] = []
        var day = 0
        while day < 7 {
            guard values.contains(day) else {
                day += 1
                continue
            }
            let end = (day..<7).prefix { values.contains($0) }.last ?? day
            parts += end - day >= 2 ? ["\(names[day])-\(names[end])"] : (day...end).map { names[$0] }
            day = end + 1
        }
        return parts.joined(separator: ",")
    }
}
