import Testing

@testable import RabbitMQ

@Suite struct `The patience with a broker that refuses messages` {
    /// The seconds of those refusals after which the connection is given up.
    private static func givenUp(refusedAt seconds: some Sequence<Int>) -> [Int] {
        let start = ContinuousClock.now
        var patience = RefusalPatience()
        return seconds.filter { patience.refused(at: start + .seconds($0)) }
    }

    @Test func `ends after five seconds, and then after twice the time each, up to 80 s`() {
        #expect(Self.givenUp(refusedAt: 0...400) == [5, 15, 35, 75, 155, 235, 315, 395])
    }

    @Test func `lasts with refusals that pass`() {
        #expect(Self.givenUp(refusedAt: [0, 1, 4, 15, 16, 19, 30, 34]) == [])
    }

    @Test func `begins anew when nothing was refused for more than ten seconds`() {
        #expect(Self.givenUp(refusedAt: [0, 5, 10, 25, 30]) == [5, 30])
    }

    @Test func `counts refusals that come seconds apart, as those of signs of life do`() {
        #expect(Self.givenUp(refusedAt: [0, 4, 8]) == [8])
    }
}
