import Determinism

/// Random cron expressions that the dialect accepts, all of its forms among them.
struct RandomCron {
    var random: SplitMix64

    mutating func fields() -> [String] {
        var days = [dayOfMonth(), "?"]
        if random.chance(50) { days = ["?", dayOfWeek()] }
        return [
            list(0...59, longestStep: 59), list(0...23, longestStep: 23), days[0],
            random.chance(50) ? "*" : month(), days[1], random.chance(75) ? "*" : list(2015...2040, longestStep: 9),
        ]
    }

    private mutating func dayOfMonth() -> String {
        switch random.int(1...8) {
        case 1: "L"
        case 2: "LW"
        case 3: "L-\(random.int(1...30))"
        // The ends of the month are where the nearest weekday is the other way.
        case 4: "\([1, 1, 28, 30, 31, random.int(1...31)][random.int(0...5)])W"
        case 5: "*"
        default: list(1...31, longestStep: 31)
        }
    }

    private mutating func dayOfWeek() -> String {
        switch random.int(1...8) {
        case 1: "L"
        case 2: "\(weekday())L"
        case 3, 4: "\(weekday())#\(random.int(1...5))"
        case 5: "*"
        case 6: "\(weekday())-\(weekday())"
        default: (0...random.int(0...3)).map { _ in weekday() }.joined(separator: ",")
        }
    }

    private mutating func weekday() -> String {
        let day = random.int(1...7)
        let name = ["SUN", "mon", "Tue", "WED", "thu", "FRI", "sAt"][day - 1]
        return random.chance(50) ? name : "\(day)"
    }

    private mutating func month() -> String {
        guard random.chance(40) else { return list(1...12, longestStep: 12) }
        let names = ["JAN", "feb", "Mar", "APR", "MAY", "jun", "JUL", "AUG", "SEP", "OCT", "NOV", "Dec"]
        let first = names[random.int(0...11)]
        return random.chance(50) ? first : "\(first)-\(names[random.int(0...11)])"
    }

    private mutating func list(_ range: ClosedRange<Int>, longestStep: Int) -> String {
        let count = random.chance(60) ? 1 : random.int(2...4)
        return (1...count).map { _ in item(range, longestStep: longestStep) }.joined(separator: ",")
    }

    private mutating func item(_ range: ClosedRange<Int>, longestStep: Int) -> String {
        let a = random.int(range)
        let b = random.int(range)
        let step = random.int(1...longestStep)
        switch random.int(1...8) {
        case 1: return "*"
        case 2: return "*/\(step)"
        case 3: return "\(a)/\(step)"
        case 4: return "\(min(a, b))-\(max(a, b))"
        case 5: return "\(min(a, b))-\(max(a, b))/\(step)"
        // Most of these run over the end of the field, except for years, where that reads oddly.
        case 6 where range.upperBound < 100: return "\(a)-\(b)/\(step)"
        case 7 where a < 10: return "0\(a)"
        default: return "\(a)"
        }
    }
}
