public import JSON

/// The passes of a command that replays or drops dead letters: what was done so far, and whether another pass follows.
///
/// A request to the API is one pass of limited length. The command repeats it from where the last one ended, with the
/// same `before`, so that a letter that fails again is not taken twice.
public struct LetterPasses: Sendable, Equatable {
    /// What follows a pass.
    public enum Step: Sendable, Equatable {
        /// Another pass.
        case next
        /// There is nothing left, or the limit is reached.
        case over
        /// The API leads to the same place again and again, and nothing is done in between.
        case stuck
    }

    /// The most letters that a pass takes, which the API sets.
    public static let passLimit = 1_000
    /// How many failures are kept for the report; the others are counted.
    public static let failuresKeptMax = 100
    /// How often the command comes to the same place while nothing is done: a pass may end early.
    private static let visitsMax = 3
    /// A pass at a low rate is kept short, so that the progress is seen and Ctrl-C doesn't wait.
    private static let passSecondsMax = 5

    /// The most letters of all passes; nil for no limit.
    public let limit: Int?
    public let ratePerSecond: Int?
    public let isDryRun: Bool

    public private(set) var scanned = 0
    public private(set) var matched = 0
    public private(set) var done = 0
    public private(set) var failed = 0
    /// The first `failuresKeptMax` failures.
    public private(set) var failures: [LetterFailure] = []
    /// The instant that all passes have in common; nil before the first one.
    public private(set) var before: JSONValue?
    /// Where the next pass begins; nil for the beginning.
    public private(set) var more: String?
    /// How often each place was given since letters were last replayed or dropped.
    private var visits: [String: Int] = [:]

    /// `before` is the instant of an earlier run, which is then used instead of now.
    public init(limit: Int? = nil, ratePerSecond: Int? = nil, isDryRun: Bool = false, before: JSONValue? = nil) {
        self.limit = limit
        self.ratePerSecond = ratePerSecond
        self.isDryRun = isDryRun
        self.before = before
    }

    /// The most letters of the next pass.
    public var nextLimit: Int {
        let byRate = ratePerSecond.map { $0.multipliedReportingOverflow(by: Self.passSecondsMax) }
        let paced = byRate.map { $0.overflow ? Self.passLimit : $0.partialValue } ?? Self.passLimit
        return max(1, min(Self.passLimit, paced, limit.map { $0 - done } ?? Self.passLimit))
    }

    /// Adds what a pass has done.
    public mutating func note(_ pass: LetterPassAnswer) -> Step {
        scanned += pass.scanned
        matched += pass.matched
        done += pass.done
        failed += pass.failed
        failures += pass.failures.prefix(max(0, Self.failuresKeptMax - failures.count))
        before = before ?? pass.before
        if pass.done > 0, !isDryRun { visits = [:] }
        guard done < limit ?? .max else { return .over }
        if pass.endedEarly { return goOn(from: pass.more ?? more) }
        return pass.more.map { goOn(from: $0) } ?? .over
    }

    /// Goes back to the beginning, since the place of the next pass is gone: someone else has taken the letter there.
    /// Letters that stay because of a failure will be looked at again. A dry run can't go back: it would count letters
    /// twice.
    public mutating func restart() -> Step {
        guard !isDryRun else { return .stuck }
        (matched, failed, failures) = (done, 0, [])
        return goOn(from: nil)
    }

    private mutating func goOn(from place: String?) -> Step {
        more = place
        visits[place ?? "", default: 0] += 1
        return visits[place ?? "", default: 0] <= Self.visitsMax ? .next : .stuck
    }

    /// The fields that a request has besides its conditions.
    public var fields: [String: JSONValue] {
        var fields: [String: JSONValue] = ["limit": .integer(Int64(nextLimit)), "dry_run": .bool(isDryRun)]
        fields["rate_per_second"] = ratePerSecond.map { .integer(Int64($0)) }
        fields["before"] = before
        fields["more"] = more.map(JSONValue.string)
        return fields
    }

    /// The sums, for programs.
    public var totals: [String: JSONValue] {
        [
            "scanned": .integer(Int64(scanned)), "matched": .integer(Int64(matched)), "done": .integer(Int64(done)),
            "failed": .integer(Int64(failed)), "dry_run": .bool(isDryRun), "before": before ?? .null,
        ]
    }
}
