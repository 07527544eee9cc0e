import Testing

@testable import RabbitMQ

/// Guarantee: a subscriber's queue that does not confirm slows no stage.
@Suite struct EventPatienceTests {
    private let start = ContinuousClock.now

    private func waits(_ patience: EventPatience, _ seconds: [Int], isAllConfirmed: Bool) -> [Bool] {
        seconds.map { patience.mayWait(at: start + .seconds($0), isAllConfirmed: isAllConfirmed) }
    }

    @Test func `after a wait in vain none waits for a minute, and the log gets one line`() {
        var patience = EventPatience()
        var lines: [Bool] = []
        for second in [0, 59, 60] { lines.append(patience.ranOut(at: start + .seconds(second))) }
        #expect(lines == [true, false, true])
        #expect(waits(patience, [61, 119, 120], isAllConfirmed: false) == [false, false, true])
    }

    @Test func `once the broker has confirmed all events, a batch waits again after five seconds`() {
        var patience = EventPatience()
        _ = patience.ranOut(at: start)
        #expect(waits(patience, [1, 4, 5], isAllConfirmed: true) == [false, false, true])
        #expect(waits(patience, [1, 4, 5], isAllConfirmed: false) == [false, false, false])
    }
}
