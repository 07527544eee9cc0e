import Commands
import Determinism
import JSON
import JobCore
import TestServers
import Testing

/// An imported crontab runs when cron runs it: the occurrences are compared with those of a plain matcher.
@Suite struct `The schedules of an imported crontab` {
    private static let comparedMax = 200

    /// The first occurrences of all jobs together, from 2026-11-27 on, up to the end of 2034.
    private func occurrences(_ jobs: [JSONValue]) throws -> [Int64] {
        let end: Int64 = 2_051_222_400
        var all: Set<Int64> = []
        for job in jobs {
            guard case .string(let expression)? = job["schedule"] else { continue }
            let schedule = try Schedule(expression)
            var instant = ImportSample.now.adding(seconds: -1)
            for _ in 0..<Self.comparedMax {
                guard let next = schedule.next(after: instant), next.secondsSinceEpoch < end else { break }
                all.insert(next.secondsSinceEpoch)
                instant = next
            }
        }
        return Array(all.sorted().prefix(Self.comparedMax))
    }

    private func compare(_ line: String) throws {
        let found = try ImportSample("\(line) x", from: .crontab)
        let matcher = CrontabMatcher(line)
        guard !matcher.needsBothDays else {
            #expect(found.jobs.isEmpty && !found.isComplete, "\(line)")
            return
        }
        #expect(found.isComplete, "\(line) \(found.notes)")
        let wanted = matcher.occurrences(fromDay: 20_784, days: 2_957, max: Self.comparedMax)
        let given = try occurrences(found.jobs)
        #expect(given == wanted, "\(line) \(found.texts("schedule"))")
    }

    @Test(arguments: [
        "* * * * *", "*/7 * * * *", "0 */5 * * *", "59 23 31 12 *", "0 0 29 2 *", "0 0 31 * *", "*/13 */7 */5 */4 *",
        "0 0 * * 0", "0 0 * * 7", "0 0 * * */2", "0 0 * * */3", "0 0 * * 1-7/3", "0 0 * * 5-7", "0 0 1 * 1",
        "0 0 1-7 * 1", "0 0 13 * 5", "30 4 1,15 * 5", "0 0 */2 * *", "0 0 1-31 * 1", "0 0 1-31 * */2", "0 0 2 * 0-7",
        "0 0 30 2 *", "0 0 30 2 3", "10-50/20 8-18/5 10-20/3 1-12/2 *", "0 0 1 1 *", "5,10,59 0,23 * 6,7 6",
    ])
    func `are those of cron`(line: String) throws {
        try compare(line)
    }

    @Test func `are those of cron for random lines`() throws {
        var random = SplitMix64(seed: 20_261_127)
        for _ in 0..<60 {
            let fields = CrontabMatcher.ranges.map { Self.field(in: $0, &random) }
            try compare(fields.joined(separator: " "))
        }
    }

    private static func field(in range: ClosedRange<Int>, _ random: inout SplitMix64) -> String {
        if random.chance(40) { return "*" }
        let parts = (0..<random.int(1...3)).map { _ in
            let (one, other) = (random.int(range), random.int(range))
            let (low, high) = (min(one, other), max(one, other))
            let step = random.chance(40) ? "/\(random.int(1...range.upperBound + 2))" : ""
            return random.chance(20) ? "*\(step)" : low == high && step.isEmpty ? "\(low)" : "\(low)-\(high)\(step)"
        }
        return parts.joined(separator: ",")
    }
}

/// What cron does with five fields of numbers, in the plainest way: sets of values, and a calendar that counts days.
private struct CrontabMatcher {
    static let ranges = [0...59, 0...23, 1...31, 1...12, 0...7]

    private let sets: [Set<Int>]
    private let hasStar: [Bool]

    init(_ line: String) {
        let fields = line.split(separator: " ").map(String.init)
        sets = zip(fields, Self.ranges).map { field, range in
            Set(
                field.split(separator: ",").flatMap { part in
                    let halves = part.split(separator: "/")
                    let ends = halves[0].split(separator: "-").compactMap { Int($0) }
                    let low = halves[0] == "*" ? range.lowerBound : ends[0]
                    let high = halves[0] == "*" ? range.upperBound : ends[ends.count - 1]
                    let step = halves.count == 2 ? Int(halves[1]) ?? 0 : 1
                    return (low...high).filter { ($0 - low) % step == 0 }
                })
        }
        hasStar = fields.map { $0.hasPrefix("*") }
    }

    private var isAnyDay: Bool { (1...31).allSatisfy { sets[2].contains($0) } }
    private var isAnyWeekday: Bool { (0...6).allSatisfy(isWeekday) }

    private func isWeekday(_ day: Int) -> Bool { sets[4].contains(day) || (day == 0 && sets[4].contains(7)) }

    /// Whether a day must be in both fields, and each excludes some: no expression is that.
    var needsBothDays: Bool { (hasStar[2] || hasStar[4]) && !isAnyDay && !isAnyWeekday }

    func occurrences(fromDay first: Int, days: Int, max: Int) -> [Int64] {
        let minutes = (0..<1_440).filter { sets[1].contains($0 / 60) && sets[0].contains($0 % 60) }
        var found: [Int64] = []
        var (year, month, day) = (1970, 1, 1)
        for index in 0..<(first + days) {
            // 1970-01-01 was a Thursday.
            let (isDay, isWeekday) = (sets[2].contains(day), isWeekday((index + 4) % 7))
            let fits = hasStar[2] || hasStar[4] ? isDay && isWeekday : isDay || isWeekday
            if index >= first, fits, sets[3].contains(month) {
                found += minutes.map { Int64(index) * 86_400 + Int64($0) * 60 }
                if found.count >= max { return Array(found.prefix(max)) }
            }
            day += 1
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            if day > [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] {
                (month, day) = (month + 1, 1)
            }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        return found
    }
}
