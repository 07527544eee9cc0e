import Determinism
import Testing

@testable import JobCore

@Suite struct `Schedules compared with a minute-by-minute search` {
    @Test func `random cron schedules in UTC agree with a minute-by-minute search`() throws {
        var expressions = RandomCron(random: SplitMix64(seed: 2_026))
        var random = SplitMix64(seed: 7)
        var found = 0
        for _ in 0..<400 {
            let fields = expressions.fields()
            let expression = "cron(\(fields.joined(separator: " ")))"
            let schedule = try Schedule(expression)
            let naive = NaiveCron(fields: fields)
            for _ in 0..<3 {
                // 1973 to 2170; half of the instants are not full minutes.
                var start = Instant(millisecondsSinceEpoch: Int64(random.int(100_000_000_000...6_311_000_000_000)))
                if random.chance(50) { start = Instant(secondsSinceEpoch: start.secondsSinceEpoch / 60 * 60) }
                if fields[5] != "*" { start = Instant(secondsSinceEpoch: 1_400_000_000 + start.secondsSinceEpoch / 8) }
                for _ in 0..<3 {
                    let firstMinute = Int(start.secondsSinceEpoch / 60) + 1
                    let limit = firstMinute + 800 * 1_440
                    let expected = naive.first(from: firstMinute, before: limit)
                    let actual = schedule.next(after: start).map { Int($0.secondsSinceEpoch) }
                    if let expected {
                        try #require(actual == expected * 60, "\(expression) after \(start.rfc3339)")
                        start = Instant(secondsSinceEpoch: Int64(expected * 60))
                        found += 1
                    } else {
                        try #require(actual ?? .max >= limit * 60, "\(expression) after \(start.rfc3339)")
                        break
                    }
                }
            }
        }
        #expect(found > 2_000, "too few of the random expressions have occurrences")
    }

    /// Searches a day and a half on either side of changes of an hour, half an hour and a whole day, forward and back.
    @Test(arguments: [
        ("America/New_York", "2025-03-09T07:00:00Z"), ("America/New_York", "2025-11-02T06:00:00Z"),
        ("Australia/Lord_Howe", "2025-10-04T15:30:00Z"), ("Australia/Lord_Howe", "2025-04-05T15:00:00Z"),
        ("Asia/Beirut", "2025-03-29T22:00:00Z"), ("Atlantic/Azores", "2025-10-26T01:00:00Z"),
        ("Pacific/Apia", "2011-12-30T10:00:00Z"), ("Africa/Casablanca", "2025-02-23T02:00:00Z"),
        ("America/New_York", "2150-11-01T06:00:00Z"), ("Africa/Monrovia", "1972-01-07T00:44:30Z"),
    ])
    func `random cron schedules around clock changes agree with a minute-by-minute search`(zone: String, change: String)
        throws
    {
        let change = try #require(Instant(rfc3339: change))
        let from = change.adding(seconds: -36 * 3_600).secondsSinceEpoch
        let clock = try NaiveClock(zone: zone, seconds: from...from + 3 * 86_400)
        var expressions = RandomCron(random: SplitMix64(seed: UInt64(bitPattern: from)))
        for policy in ["skip,first", "skip,both", "shift,first", "shift,both"] {
            for round in 0..<7 {
                var fields = expressions.fields()
                // Every day, so that the expression has occurrences in the hours of the change.
                fields[2...] = ["*", "*", "?", "*"]
                if round >= 2 { fields[1] = ["0-3", "1", "2", "0,1,2", "23,0/5"][round - 2] }
                let expression = "cron(\(fields.joined(separator: " ")))"
                let schedule = try Schedule(expression, timeZone: zone, dst: try #require(DSTPolicy(policy)))
                let expected = clock.occurrences(of: NaiveCron(fields: fields), policy: policy)
                var actual: [Int64] = []
                var last = Instant(secondsSinceEpoch: from - 1)
                while let next = schedule.next(after: last), next.secondsSinceEpoch <= from + 3 * 86_400 {
                    actual.append(next.secondsSinceEpoch)
                    last = next
                }
                try #require(actual == expected, "\(expression) \(policy)")
            }
        }
    }
}

/// All readings of a zone's wall clock in a period, at every full minute of that clock.
private struct NaiveClock {
    private var shown: [(instant: Int64, reading: Int64)] = []
    private let tick: Int64

    init(zone: String, seconds: ClosedRange<Int64>) throws {
        // Only Liberia's offset had seconds (30).
        tick = zone == "Africa/Monrovia" ? 30 : 60
        let instants = Array(stride(from: seconds.lowerBound, through: seconds.upperBound, by: Int64.Stride(tick)))
        let offsets = try DateProgram.offsets(inZoneOf: "/usr/share/zoneinfo/\(zone)", at: instants)
        shown = zip(instants, offsets).map { ($0, $0 + $1) }
    }

    func occurrences(of cron: NaiveCron, policy: String) -> [Int64] {
        let isElapsed = cron.isAroundTheClock
        var found: [Int64] = []
        var latest = shown[0].reading - tick
        for (instant, reading) in shown {
            let leftOut = stride(from: latest + tick, to: reading, by: Int64.Stride(tick))
            if policy.hasPrefix("shift"), !isElapsed, leftOut.contains(where: { hits($0, cron) }) {
                found.append(instant)
            } else if hits(reading, cron), reading > latest || isElapsed || policy.hasSuffix("both") {
                found.append(instant)
            }
            latest = max(latest, reading)
        }
        return found
    }

    private func hits(_ reading: Int64, _ cron: NaiveCron) -> Bool {
        reading % 60 == 0 && cron.matches(Int(reading / 60))
    }
}
