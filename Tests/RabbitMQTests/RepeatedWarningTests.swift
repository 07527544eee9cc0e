import Testing

@testable import RabbitMQ

@Suite struct RepeatedWarningTests {
    @Test func `the first time is logged at once, and the next line counts those of the minute between`() {
        let start = ContinuousClock.now
        var warning = RepeatedWarning()
        let counts = [0, 1, 59, 60, 61, 500].map { warning.count(at: start + .seconds($0)) }
        #expect(counts == [1, nil, nil, 3, nil, 2])
    }
}
