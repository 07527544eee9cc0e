public import JSON

/// What a mock service does with one invocation, and when. Pure.
///
/// All times are counted from the arrival of the invocation.
public struct MockPlan: Sendable, Equatable {
    /// A report to Belfry.
    public enum Report: Sendable, Equatable {
        /// 0 to 100.
        case heartbeat(progress: Int64)
        case success, fail

        /// The JSON of the callback.
        public var body: JSONValue {
            switch self {
            case .heartbeat(let progress):
                .object(["status": .string("processing"), "progress": .integer(progress)])
            case .success:
                .object([
                    "status": .string("success"), "summary": .string("done"), "state": .string("{\"runs\":1}"),
                ])
            case .fail:
                .object(["status": .string("fail"), "error": .string("the target asked for a failure")])
            }
        }
    }

    /// A report with its time.
    public struct Callback: Sendable, Equatable {
        public var atMilliseconds: Int64
        public var report: Report
    }

    /// When a webhook is answered. A message from a queue has no answer.
    public var answerAtMilliseconds: Int64
    /// In the order of their times.
    public var callbacks: [Callback]

    /// Takes one number from `random` for each plan, so that the same seed gives the same plans in the same order.
    public init(_ behaviour: MockBehaviour, random: inout some RandomNumberGenerator) {
        let draw = Double.random(in: 0..<1, using: &random)
        answerAtMilliseconds = behaviour.delayMilliseconds
        callbacks = []
        guard behaviour.outcome != .silent else { return }
        var at = behaviour.delayMilliseconds
        for (beat, progress) in Self.heartbeats(of: behaviour).enumerated() {
            at += Self.pauseMilliseconds(before: beat, of: behaviour)
            append(.heartbeat(progress: progress), at: at, copies: behaviour.duplicates)
        }
        guard behaviour.flex != .stop else { return }
        let fails = behaviour.outcome == .fail || draw < behaviour.failureRate
        append(fails ? .fail : .success, at: at + behaviour.everyMilliseconds, copies: behaviour.duplicates)
    }

    /// The progress of each heartbeat.
    private static func heartbeats(of behaviour: MockBehaviour) -> [Int64] {
        let sent = behaviour.flex == .stop ? (behaviour.heartbeats + 1) / 2 : behaviour.heartbeats
        return (0..<sent).map { Int64(($0 + 1) * 100 / (behaviour.heartbeats + 1)) }
    }

    private static func pauseMilliseconds(before beat: Int, of behaviour: MockBehaviour) -> Int64 {
        switch behaviour.flex {
        case .late: behaviour.everyMilliseconds * Int64(beat + 1)
        case .early: behaviour.everyMilliseconds / 2
        case .stop, nil: behaviour.everyMilliseconds
        }
    }

    private mutating func append(_ report: Report, at milliseconds: Int64, copies: Int) {
        callbacks += Array(repeating: Callback(atMilliseconds: milliseconds, report: report), count: 1 + copies)
    }
}
