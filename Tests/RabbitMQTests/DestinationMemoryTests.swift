import Testing

@testable import RabbitMQ

@Suite struct DestinationMemoryTests {
    private let place = ConfirmTracker.Destination(exchange: "orders", routingKey: "created")
    private let start = ContinuousClock.now
    private var memory = DestinationMemory()

    @Test(arguments: [ServiceBroker.Answer.confirmed, .unroutable, .full])
    mutating func `a destination works for a minute after any answer that left the channel open`(
        answer: ServiceBroker.Answer
    ) {
        memory.learn(place, answer, at: start)
        #expect(memory.standing(of: place, at: start + .seconds(59)) == .works)
        #expect(memory.standing(of: place, at: start + .seconds(60)) == .unknown)
    }

    @Test(arguments: [ServiceBroker.Answer.missingExchange(reason: "r"), .notPermitted(reason: "r")])
    mutating func `a refused destination fails again for five seconds, with the same answer, however often`(
        answer: ServiceBroker.Answer
    ) {
        for round in 0..<3 {
            let now = start + .seconds(5 * round)
            memory.learn(place, answer, at: now)
            #expect(memory.standing(of: place, at: now + .milliseconds(4_999)) == .fails(answer))
            #expect(memory.standing(of: place, at: now + .seconds(5)) == .unknown)
        }
    }

    @Test mutating func `a destination that stays silent fails for longer each time, until it confirms`() {
        let silence = ServiceBroker.Answer.unavailable(reason: "r")
        var now = start
        for seconds in [5, 10, 20, 40, 60, 60] {
            memory.learn(place, silence, waited: .seconds(2), at: now)
            now += .seconds(seconds)
            #expect(memory.standing(of: place, at: now - .milliseconds(1)) == .fails(silence), "\(seconds) s")
            #expect(memory.standing(of: place, at: now) == .unknown, "\(seconds) s")
        }
        memory.learn(place, .confirmed, at: now)
        memory.learn(place, silence, waited: .seconds(2), at: now)
        #expect(memory.standing(of: place, at: now + .seconds(5)) == .unknown)
    }

    @Test(arguments: [0, 5, 1_999])
    mutating func `a shorter wait than that for a confirm tells nothing of a destination`(milliseconds: Int) {
        memory.learn(place, .unavailable(reason: "r"), waited: .milliseconds(milliseconds), at: start)
        #expect(memory.standing(of: place, at: start) == .unknown)
    }

    @Test mutating func `a message of its own kind tells nothing of a destination`() {
        memory.learn(place, .rejected(reason: "r"), waited: .seconds(2), at: start)
        #expect(memory.standing(of: place, at: start) == .unknown)
    }

    @Test mutating func `a destination that goes on confirming goes on working`() {
        for milliseconds in stride(from: 0, through: 120_000, by: 300) {
            memory.learn(place, .confirmed, at: start + .milliseconds(milliseconds))
        }
        #expect(memory.standing(of: place, at: start + .seconds(178)) == .works)
    }

    @Test mutating func `after a closed channel none is known to work, and those that fail still do`() {
        let bad = ConfirmTracker.Destination(exchange: "nowhere", routingKey: "")
        memory.learn(place, .confirmed, at: start)
        memory.learn(bad, .missingExchange(reason: "r"), at: start)
        memory.forgetThoseThatWork()
        #expect(memory.standing(of: place, at: start) == .unknown)
        #expect(memory.standing(of: bad, at: start) == .fails(.missingExchange(reason: "r")))
    }

    @Test mutating func `what is known is bounded`() {
        for number in 0...DestinationMemory.destinationsMax {
            memory.learn(
                ConfirmTracker.Destination(exchange: "e", routingKey: "\(number)"), .confirmed, at: start)
        }
        #expect(memory.count <= DestinationMemory.destinationsMax)
    }
}
