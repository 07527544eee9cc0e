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
        memory.learn(place, answer, isSilence: false, at: start)
        #expect(memory.standing(of: place, at: start + .seconds(59)) == .works)
        #expect(memory.standing(of: place, at: start + .seconds(60)) == .unknown)
    }

    @Test(arguments: [
        (ServiceBroker.Answer.missingExchange(reason: "r"), false), (.notPermitted(reason: "r"), false),
        (.unavailable(reason: "r"), true),
    ])
    mutating func `a destination that failed fails again for five seconds, with the same answer`(
        answer: ServiceBroker.Answer, isSilence: Bool
    ) {
        memory.learn(place, answer, isSilence: isSilence, at: start)
        #expect(memory.standing(of: place, at: start + .milliseconds(4_999)) == .fails(answer))
        #expect(memory.standing(of: place, at: start + .seconds(5)) == .unknown)
    }

    @Test(arguments: [ServiceBroker.Answer.unavailable(reason: "r"), .rejected(reason: "r")])
    mutating func `an outage and a message of its own kind tell nothing of a destination`(
        answer: ServiceBroker.Answer
    ) {
        memory.learn(place, answer, isSilence: false, at: start)
        #expect(memory.standing(of: place, at: start) == .unknown)
    }

    @Test mutating func `after a closed channel none is known to work, and those that fail still do`() {
        let bad = ConfirmTracker.Destination(exchange: "nowhere", routingKey: "")
        memory.learn(place, .confirmed, isSilence: false, at: start)
        memory.learn(bad, .missingExchange(reason: "r"), isSilence: false, at: start)
        memory.forgetThoseThatWork()
        #expect(memory.standing(of: place, at: start) == .unknown)
        #expect(memory.standing(of: bad, at: start) == .fails(.missingExchange(reason: "r")))
    }

    @Test mutating func `what is known is bounded`() {
        for number in 0...DestinationMemory.destinationsMax {
            memory.learn(
                ConfirmTracker.Destination(exchange: "e", routingKey: "\(number)"), .confirmed, isSilence: false,
                at: start)
        }
        #expect(memory.count <= DestinationMemory.destinationsMax)
    }
}
