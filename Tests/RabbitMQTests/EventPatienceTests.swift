import Testing

@testable import RabbitMQ

/// Guarantee: a subscriber's queue that does not answer costs a stage one short wait a minute.
@Suite struct EventPatienceTests {
    private let start = ContinuousClock.now

    @Test func `after a wait in vain none waits for a minute, and the log gets one line`() {
        var patience = EventPatience()
        var lines: [Bool] = []
        for second in [0, 59, 60] { lines.append(patience.ranOut(at: start + .seconds(second))) }
        #expect(lines == [true, false, true])
        #expect([61, 119, 120].map { patience.mayWait(at: start + .seconds($0)) } == [false, false, true])
    }
}
