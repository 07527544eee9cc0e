import Determinism
import JobCore

/// A schedule whose occurrences the test computes itself.
struct Rhythm: Equatable {
    var expression: String
    /// Seconds between two occurrences, counted from the epoch; or a single occurrence.
    var period: Int64?
    var once: Instant?

    static func every(_ seconds: Int64, _ expression: String) -> Rhythm {
        Rhythm(expression: expression, period: seconds)
    }

    static func at(_ instant: Instant) -> Rhythm {
        Rhythm(expression: "at(\(instant.rfc3339.prefix(19)))", once: instant)
    }

    static func any(after now: Instant, _ random: inout SplitMix64) -> Rhythm {
        let choices: [Rhythm] = [
            .every(20, "rate(20 seconds)"), .every(45, "rate(45 seconds)"), .every(60, "rate(1 minute)"),
            .every(60, "cron(* * * * ? *)"), .every(180, "cron(0/3 * * * ? *)"), .every(120, "rate(2 minutes)"),
            .at(Instant(secondsSinceEpoch: now.secondsSinceEpoch + Int64(random.int(20...400)))),
        ]
        return choices[random.int(0...(choices.count - 1))]
    }

    func next(after instant: Instant) -> Instant? {
        if let once { return once > instant ? once : nil }
        guard let period else { return nil }
        return Instant(millisecondsSinceEpoch: (instant.millisecondsSinceEpoch / (period * 1_000) + 1) * period * 1_000)
    }

    func occurrences(after start: Instant, through end: Instant) -> [Instant] {
        var found: [Instant] = []
        var last = start
        while let next = next(after: last), next <= end {
            found.append(next)
            last = next
        }
        return found
    }
}
