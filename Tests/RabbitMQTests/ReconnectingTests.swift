import Testing

@testable import RabbitMQ

/// Guarantee: a lost connection is replaced at once, and one that the broker refuses ever more seldom.
@Suite final class ReconnectingTests {
    private let start = ContinuousClock.now
    private var reconnecting = Reconnecting()

    private func fail() -> Int { reconnecting.failed(isRefusal: false, at: start) }

    /// A connection that is lost after some seconds. Answers the number of failures in a row before.
    private func connect(forSeconds seconds: Int, isUseful: Bool = false, isRefusal: Bool = false) -> Int {
        reconnecting.opened(at: start)
        if isUseful { reconnecting.provedUseful() }
        return reconnecting.failed(isRefusal: isRefusal, at: start + .seconds(seconds))
    }

    @Test func `each try that fails in a row counts`() {
        #expect((0..<4).map { _ in fail() } == [0, 1, 2, 3])
        #expect(reconnecting.attempt == 4)
    }

    @Test func `a standby's connection that stayed open for a while is a success, though nothing arrived`() {
        for _ in 0..<9 { _ = fail() }
        #expect(connect(forSeconds: 5) == 0)
    }

    @Test func `a connection over which something arrived is a success, however short`() {
        _ = fail()
        #expect(connect(forSeconds: 0, isUseful: true) == 0)
    }

    @Test func `a connection that is lost at once, with nothing done, is one more failure`() {
        #expect((0..<3).map { _ in connect(forSeconds: 1) } == [0, 1, 2])
    }

    @Test func `a channel that the broker closes for a missing exchange backs off, whatever was confirmed`() {
        #expect((0..<3).map { _ in connect(forSeconds: 1, isUseful: true, isRefusal: true) } == [0, 1, 2])
        #expect(connect(forSeconds: 60, isUseful: true, isRefusal: true) == 0)
    }

    @Test func `a success long ago does not excuse a try that could not connect`() {
        _ = connect(forSeconds: 60)
        #expect(fail() == 1)
    }
}
