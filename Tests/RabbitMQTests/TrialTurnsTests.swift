import Testing

@testable import RabbitMQ

@Suite struct TrialTurnsTests {
    private let turns = TrialTurns()
    private let later = ContinuousClock.now + .seconds(600)

    @Test func `a turn is one task's until it is given back, and then the next one's`() async {
        #expect(await turns.take(until: later))
        async let next = turns.take(until: later)
        #expect(await turns.take(until: .now + .milliseconds(20)) == false)
        turns.giveBack()
        #expect(await next)
        turns.giveBack()
        #expect(await turns.take(until: later))
    }

    @Test func `a wait ends when its task is cancelled`() async {
        #expect(await turns.take(until: later))
        let wait = Task { await turns.take(until: later) }
        wait.cancel()
        #expect(await wait.value == false)
    }
}
