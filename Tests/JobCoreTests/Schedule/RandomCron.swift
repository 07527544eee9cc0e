import Determinism

/// Generates random valid cron expressions in all forms of the grammar.
struct RandomCron {
    var random: SplitMix64

    mutating func fields() -> [String] {
        var days = [dayOfMonth(), "?"]
        if random.chance(50) { days = ["?", dayOfWeek()] }
        return [
            list(0...59, stepMax: 59), list(0...23, stepMax: 23), days[0],
            random.chance(50) ? "*" : month(), days[1], random.chance(75) ? "*" : list(2015...2040, stepMax: 9),
        ]
    }

    private mutating func dayOfMonth() -> String {
        switch random.int(1...8) {
        case 1: "L"
        case 2: "LW"
        case 3: "L-\(random.int(1...30))"
        // At the ends of a month the nearest weekday is in the other direction.
        case 4: "\([1, 1, 28, 30, 31, random.int(1...31)][random.int(0...5)])W"
        case 5: "*"
        default: list(1...31, stepMax: 31)
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
        guard random.chance(40) else { return list(1...12, stepMax: 12) }
        let names = ["JAN", "feb", "Mar", "APR", "MAY", "jun", "JUL", "AUG", "SEP", "OCT", "NOV", "Dec"]
        let first = names[random.int(0...11)]
        return random.chance(50) ? first : "\(first)-\(names[random.int(0...11)])"
    }

    private mutating func list(_ range: ClosedRange<Int>, stepMax: Int) -> String {
        let count = random.chance(60) ? 1 : random.int(2...4)
        return (1...count).map { _ in item(range, stepMax: stepMax) }.joined(separator: ",")
    }

    private mutating func item(_ range: ClosedRange<Int>, stepMax: Int) -> String {
        let a = random.int(range)
        let b = random.int(range)
        let step = random.int(1...stepMax)
        switch random.int(1...8) {
        case 1: return "*"
        case 2: return "*/\(step)"
        case 3: return "\(a)/\(step)"
        case 4: return "\(min(a, b))-\(max(a, b))"
        case 5: return "\(min(a, b))-\(max(a, b))/\(step)"
        // Most of these ranges wrap around the end of the field. Ranges of years don't, since those are hard to read.
        case 6 where range.upperBound < 100: return "\(a)-\(b)/\(step)"
        case 7 where a < 10: return "0\(a)"
        default: return "\(a)"
        }
    }
}
