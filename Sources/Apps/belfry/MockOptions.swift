import ArgumentParser
import Commands

/// The options that decide what the mock does with an invocation.
struct MockOptions: ParsableArguments {
    @Option(
        help: "The end that it reports: success, fail, or silent for no callback.",
        completion: .choices(of: MockBehaviour.Outcome.self), transform: Arguments.choice)
    var outcome = MockBehaviour.Outcome.success
    @Option(
        help: "Milliseconds before the answer to a webhook, and before the first pause.",
        transform: Arguments.number(0...3_600_000))
    var delayMs = 0
    @Option(help: "How many heartbeats it sends before the end.", transform: Arguments.number(0...10_000))
    var heartbeats = 2
    @Option(help: "Milliseconds between two callbacks.", transform: Arguments.number(0...3_600_000))
    var everyMs = 500
    @Option(
        help: """
            Heartbeats out of rhythm: late (each pause is longer than the one before), early (half the pause), stop \
            (half of the heartbeats, and no end).
            """, completion: .choices(of: MockBehaviour.Flex.self), transform: Arguments.choice)
    var flex: MockBehaviour.Flex?
    @Option(help: "The share of the runs that fail instead of succeeding, 0.0 to 1.0.", transform: Self.share)
    var failureRate = 0.0
    @Option(help: "Draws the same runs to fail for the same number.") var seed: UInt64 = 0
    @Option(
        help: """
            The status that every webhook is answered with, 200 to 599, without a callback. It doesn't apply to \
            queues: Belfry does not learn of a message that a service refuses.
            """, transform: Arguments.number(200...599))
    var refuse: Int?
    @Option(help: "How many times it repeats each callback.", transform: Arguments.number(0...100))
    var duplicates = 0

    var behaviour: MockBehaviour {
        var behaviour = MockBehaviour()
        behaviour.outcome = outcome
        behaviour.delayMilliseconds = Int64(delayMs)
        behaviour.heartbeats = heartbeats
        behaviour.everyMilliseconds = Int64(everyMs)
        behaviour.flex = flex
        behaviour.failureRate = failureRate
        behaviour.duplicates = duplicates
        return behaviour
    }

    @Sendable private static func share(_ text: String) throws -> Double {
        guard let number = Double(text), (0...1).contains(number) else {
            throw ValidationError("give a number from 0.0 to 1.0")
        }
        return number
    }
}
