import JobCore
import Messaging
import Testing

@testable import Courier

@Suite struct `Large deliveries` {
    private var lanes = Lanes(windowSize: 100, inFlightLimit: 2, jitteringLimit: 2)

    private mutating func admit(_ delivery: Delivery) -> LaneAction {
        lanes.admit(delivery, nowMilliseconds: 0) { 0.5 }
    }

    private mutating func isDeferred(_ delivery: Delivery) -> Bool {
        if case .defer = admit(delivery) { true } else { false }
    }

    private static func large(_ number: UInt64, of origin: String, attempt: Int = 1, bytes: Int) -> Delivery {
        var request = Sample.delivery(number, attempt: attempt, of: origin).request
        request.payload = String(repeating: "x", count: bytes)
        return Delivery(request: request, message: Sample.message(request, number: number))
    }

    /// The broker gives a courier no more messages while it holds `MessageLimits.unackedBytesMax`.
    @Test(arguments: [1, 40] as [UInt64])
    mutating func `targets with large payloads leave bytes in which other targets are served`(targets: UInt64) {
        lanes = Lanes(windowSize: 1_000, inFlightLimit: 128, jitteringLimit: 128)
        for number in 0..<targets { lanes.prove("https://\(number).example") }
        var heldBytes = 0
        for number in 0..<UInt64(200) {
            let delivery = Self.large(number, of: "https://\(number % targets).example", bytes: 250_000)
            if !isDeferred(delivery) { heldBytes += delivery.message.body.count }
        }
        #expect(heldBytes > MessageLimits.unackedBytesMax / 2)
        #expect(heldBytes <= MessageLimits.unackedBytesMax * 7 / 8)
        let other = Sample.delivery(9_998, of: "https://other.example")
        #expect(admit(other) == .start(other))
    }

    @Test mutating func `large first deliveries to many dead targets leave bytes in which others are served`() {
        for number in 0..<UInt64(50) {
            _ = admit(Self.large(number, of: "https://\(number).example", bytes: 1_500_000))
        }
        #expect(lanes.window.held.held <= 88)
        #expect(admit(Sample.delivery(9_998)) == .start(Sample.delivery(9_998)))
    }

    @Test mutating func `large retries take more of the room for jitter than small ones`() {
        lanes = Lanes(windowSize: 100, inFlightLimit: 2, jitteringLimit: 7)
        lanes.prove("https://example.com")
        let retries = (0..<UInt64(2)).map { Self.large($0, of: "https://example.com", attempt: 2, bytes: 300_000) }
        #expect(admit(retries[0]) == .startAfterJitter(retries[0], milliseconds: 500))
        #expect(admit(retries[1]) == .start(retries[1]), "two would take eight places")
        #expect(
            admit(Sample.delivery(9, attempt: 2))
                == .startAfterJitter(Sample.delivery(9, attempt: 2), milliseconds: 500))
        #expect(lanes.jitterEnded(retries[0], nowMilliseconds: 500) == .start(retries[0]))
    }
}
