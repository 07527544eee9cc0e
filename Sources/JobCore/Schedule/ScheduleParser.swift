/// Parses schedule expressions: `rate(5 minutes)`, `cron(0 12 * * ? *)`, `at(2026-01-02T03:04:05)`.
///
/// The grammar is that of Amazon EventBridge rules, with `at` from EventBridge Scheduler, and with rates in seconds.
enum ScheduleParser {
    /// Bytes of an expression.
    static let expressionBytesMax = 256

    /// Parses an expression. Throws what is wrong with it and what would be right.
    static func recurrence(_ expression: String) throws(ScheduleError) -> Recurrence {
        guard expression.utf8.count <= expressionBytesMax else {
            throw .expression(
                "The expression has \(expression.utf8.count) bytes.",
                hint: "Give at most \(expressionBytesMax); divide it among several jobs.")
        }
        guard expression.utf8.allSatisfy({ (0x20...0x7E).contains($0) || (0x09...0x0D).contains($0) }) else {
            throw .expression(
                "The expression contains characters that are not ASCII.",
                hint: "Look for a dash, a space or a quotation mark that was pasted from a document.")
        }
        if let arguments = arguments(of: "rate", in: expression) { return .rate(try rate(arguments)) }
        if let arguments = arguments(of: "cron", in: expression) { return .cron(try cron(arguments)) }
        if let arguments = arguments(of: "at", in: expression) { return .once(try time(arguments)) }
        throw .expression(
            "\(expression.quoted) is not a schedule expression.", hint: hint(forUnknown: expression))
    }

    private static func arguments(of name: String, in expression: String) -> Substring? {
        guard expression.hasPrefix(name + "("), expression.hasSuffix(")") else { return nil }
        return expression.dropFirst(name.count + 1).dropLast()
    }

    private static func hint(forUnknown expression: String) -> String {
        let words = expression.split(whereSeparator: \.isWhitespace)
        if words.count == 5 || words.count == 6, expression.allSatisfy({ $0 != "(" }) {
            return "Put cron(…) around six fields, as in cron(0 12 * * ? *)."
        }
        return "Write rate(5 minutes), cron(0 12 * * ? *) or at(2030-01-31T12:00:00): in lower case, "
            + "with nothing before or after it."
    }
}

extension ScheduleParser {
    private static func rate(_ text: Substring) throws(ScheduleError) -> Rate {
        let usage = "Write a number and a unit, as in rate(1 hour), rate(5 minutes), rate(30 seconds) or rate(7 days)."
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, text.first?.isWhitespace == false, text.last?.isWhitespace == false else {
            throw .expression("rate(\(text.prefix(40))) is not a number and a unit.", hint: usage)
        }
        guard let count = CronField.number(words[0], digits: 10), count > 0 else {
            throw .expression("\(words[0].quoted) is not a number of 1 or more.", hint: usage)
        }
        let named = Rate.Unit.allCases.first { words[1] == $0.rawValue || words[1] == $0.rawValue + "s" }
        guard let unit = named else {
            throw .expression(
                "\(words[1].quoted) is not a unit of time.",
                hint: "The units are second, minute, hour and day, and their plurals, in lower case.")
        }
        let right = count == 1 ? unit.rawValue : unit.rawValue + "s"
        guard words[1] == right else {
            throw .expression(
                "\(count) goes with \(right), not with \(words[1]).", hint: "Write rate(\(count) \(right)).")
        }
        let (seconds, overflows) = Int64(count).multipliedReportingOverflow(by: unit.seconds)
        guard !overflows, seconds <= Rate.periodSecondsMax else {
            throw .expression("\(count) \(right) is too long.", hint: "A rate is at most 36500 days (a hundred years).")
        }
        return Rate(count: Int64(count), unit: unit)
    }

    private static func time(_ text: Substring) throws(ScheduleError) -> CivilTime {
        var cursor = TextCursor(text)
        guard let time = cursor.civilTime(), cursor.isAtEnd else {
            throw .expression(
                "at(\(text.prefix(40))) is not a date and a time.",
                hint: "Write at(yyyy-mm-ddThh:mm:ss), as in at(2030-01-31T12:00:00), without an offset or a Z: "
                    + "the time zone is a setting of its own.")
        }
        guard time.exists else {
            throw .expression("\(time) does not exist.", hint: "Give an existing day and a time up to 23:59:59.")
        }
        guard CronUnit.year.range.contains(time.date.year) else {
            throw .expression("The year \(time.date.year) is out of range.", hint: "Give a year from 1970 to 2199.")
        }
        return time
    }
}

extension ScheduleParser {
    private static let places = "minutes hours day-of-month month day-of-week year"

    private static func cron(_ text: Substring) throws(ScheduleError) -> Cron {
        let fields = text.uppercased().split(whereSeparator: \.isWhitespace)
        guard text.first?.isWhitespace != true, text.last?.isWhitespace != true else {
            throw .expression(
                "There is a space next to a parenthesis.",
                hint: "Put spaces only between the fields: cron(0 12 * * ? *).")
        }
        guard fields.count == 6 else {
            throw .expression(
                "The cron expression has \(fields.count) \(fields.count == 1 ? "field" : "fields") instead of six.",
                hint: "The six are \(places)\(suggestion(for: fields)).")
        }
        return try Cron(fields: fields)
    }

    /// Suggests six fields for five fields of a Unix crontab, by adding `?` for one of the days, and a year.
    private static func suggestion(for fields: [Substring]) -> String {
        guard fields.count == 5 else { return ", as in cron(0 12 * * ? *)" }
        var six = fields + ["*"]
        six[fields[4] == "*" || fields[4] == "?" ? 4 : 2] = "?"
        guard (try? Cron(fields: six)) != nil else { return ", as in cron(0 12 * * ? *)" }
        return "; perhaps cron(\(six.joined(separator: " ")))" + (six[4] == "?" ? "" : ", where SUN is 1")
    }
}
