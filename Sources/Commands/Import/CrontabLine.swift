/// What a line of a crontab is: crontab(5) of Vixie cron and cronie.
enum CrontabLine: Equatable {
    case blank
    /// The text behind `#`.
    case comment(String)
    /// A variable of the environment of the commands below it, without the quotes.
    case variable(name: String, value: String)
    case entry(Entry)
    /// Neither of these, with the reason.
    case unreadable(String)

    /// A command and when it runs.
    struct Entry: Equatable {
        /// The five fields, or a nickname such as `@daily`.
        var schedule: String
        /// Of a crontab of the system.
        var user: String?
        /// As a shell gets it.
        var command: String
        /// What the command reads; nil for nothing.
        var input: String?
    }

    /// Reads a line without its end.
    init(_ line: String, hasUserColumn: Bool) {
        let text = line.drop { $0 == " " || $0 == "\t" }
        if text.isEmpty {
            self = .blank
        } else if text.hasPrefix("#") {
            self = .comment(String(text.drop { $0 == "#" || $0 == " " || $0 == "\t" }))
        } else if let variable = Self.variable(text) {
            self = variable
        } else {
            self = Self.entry(text, hasUserColumn: hasUserColumn)
        }
    }

    /// Each of the two sides may be in quotes. A schedule is none: it begins with a digit, `*` or `@`.
    private static func variable(_ text: Substring) -> CrontabLine? {
        guard let match = text.wholeMatch(of: /(?:"([^"]+)"|'([^']+)'|([A-Za-z_][A-Za-z0-9_]*))[ \t]*=[ \t]*(.*)/)
        else { return nil }
        var value = match.4
        while value.last == " " || value.last == "\t" { value = value.dropLast() }
        if value.count >= 2, let quote = value.first, quote == "\"" || quote == "'", value.last == quote {
            value = value.dropFirst().dropLast()
        }
        return .variable(name: String(match.1 ?? match.2 ?? match.3 ?? ""), value: String(value))
    }

    private static func entry(_ text: Substring, hasUserColumn: Bool) -> CrontabLine {
        // In some programs a dash in front of the minute turns off the log.
        var rest = text.hasPrefix("-") ? text.dropFirst() : text
        let scheduleCount = rest.hasPrefix("@") ? 1 : 5
        var words: [Substring] = []
        for _ in 0..<(scheduleCount + (hasUserColumn ? 1 : 0)) {
            let word = rest.prefix { $0 != " " && $0 != "\t" }
            guard !word.isEmpty else { break }
            words.append(word)
            rest = rest[word.endIndex...].drop { $0 == " " || $0 == "\t" }
        }
        guard words.count >= scheduleCount else {
            return .unreadable("this is neither a variable nor five fields and a command")
        }
        guard !rest.isEmpty else {
            return .unreadable(
                hasUserColumn ? "there is no command behind the schedule and the user" : "there is no command")
        }
        let (command, input) = divided(rest)
        return .entry(
            Entry(
                schedule: words.prefix(scheduleCount).joined(separator: " "),
                user: hasUserColumn ? words.last.map { String($0) } : nil, command: command, input: input))
    }

    /// The first `%` ends the command; what follows is its input, in which each further one is a line break. `\%` is a
    /// percent sign in both.
    private static func divided(_ text: Substring) -> (command: String, input: String?) {
        var parts = [""]
        var isEscaped = false
        for character in text.unicodeScalars {
            let last = parts.count - 1
            if character == "%" {
                if isEscaped {
                    parts[last].unicodeScalars.removeLast()
                    parts[last].append("%")
                } else if last == 0 {
                    parts.append("")
                } else {
                    parts[last].append("\n")
                }
            } else {
                parts[last].unicodeScalars.append(character)
            }
            isEscaped = character == "\\" && !isEscaped
        }
        guard parts.count == 2, !parts[1].isEmpty else { return (parts[0], nil) }
        return (parts[0], parts[1] + (parts[1].hasSuffix("\n") ? "" : "\n"))
    }
}
