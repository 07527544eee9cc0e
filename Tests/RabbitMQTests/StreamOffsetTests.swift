import Messaging
import Testing

@testable import RabbitMQ

@Suite struct StreamOffsetTests {
    @Test func `a place in a stream is one argument of its consumer`() {
        let places: [(StreamOffset, AMQPTable.Value)] = [
            (.first, .text("first")), (.last, .text("last")), (.offset(7), .integer(7)), (.offset(-7), .integer(0)),
            (.written(secondsSinceEpoch: 60), .timestamp(60)), (.written(secondsSinceEpoch: -60), .timestamp(0)),
        ]
        for (place, value) in places { #expect(place.arguments == ["x-stream-offset": value]) }
    }

    @Test(arguments: [("12", 12), ("x", nil), (nil, nil)] as [(String?, Int64?)])
    func `a message of a stream has a number`(text: String?, number: Int64?) {
        var message = InboundMessage(
            tag: MessageTag(epoch: 1, number: 1), exchange: "", routingKey: "", body: [])
        message.headers["x-stream-offset"] = text
        #expect(message.streamOffset == number)
    }
}
