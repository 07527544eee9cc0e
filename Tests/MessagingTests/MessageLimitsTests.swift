import Messaging
import Testing

@Suite struct `The limits of a message` {
    @Test func `every body that may be published can be read, and every body that was read can be published again`() {
        #expect(MessageLimits.publishedBodyBytesMax == MessageLimits.readBodyBytesMax)
        #expect(MessageLimits.decodedBodyBytesMax < MessageLimits.readBodyBytesMax)
        let longest = [UInt8](repeating: 0, count: MessageLimits.readBodyBytesMax)
        #expect(OutboundMessage(routingKey: "k", body: longest).fault == nil)
        let tooLong = OutboundMessage(routingKey: "k", body: longest + [0])
        #expect(tooLong.fault == "the body has 4194305 bytes, more than 4194304")
    }

    @Test func `the longest body that a consumer reads can become a dead letter, unchanged`() {
        let body = [UInt8](repeating: 0xFF, count: MessageLimits.readBodyBytesMax)
        let message = InboundMessage(
            tag: MessageTag(epoch: 1, number: 1), exchange: "belfry", routingKey: "schedule.due", body: body)
        let letter = message.deadLetter(from: .dispatcherDue, reason: .unreadable, error: "too long", atMilliseconds: 1)
        #expect(letter.fault == nil && letter.body.count == body.count)
    }
}
