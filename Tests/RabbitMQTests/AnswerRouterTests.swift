import Messaging
import Testing

@testable import RabbitMQ

@Suite struct `The answers to a process` {
    private let router = AnswerRouter()

    private func deliver(_ text: String, to id: String?) {
        router.deliver(
            InboundMessage(
                tag: MessageTag(epoch: 1, number: 1), exchange: "belfry.answers", routingKey: "answer", id: id,
                body: Array(text.utf8)))
    }

    private func texts(_ expected: ExpectedAnswers?) async -> [String] {
        var texts: [String] = []
        guard let expected else { return ["no answers"] }
        for await message in expected.answers { texts.append(String(decoding: message.body, as: UTF8.self)) }
        return texts
    }

    @Test func `reach the request that expects them, in their order, and no other`() async {
        router.connected(as: "me")
        let (first, second) = (router.expect("1", bytesMax: 9_999), router.expect("2", bytesMax: 9_999))
        for (text, id) in [("a", "1"), ("b", "2"), ("c", "1"), ("d", "3"), ("e", nil)] as [(String, String?)] {
            deliver(text, to: id)
        }
        #expect(first?.asker == "me")
        first?.end()
        second?.end()
        deliver("late", to: "1")
        #expect(await texts(first) == ["a", "c"])
        #expect(await texts(second) == ["b"])
    }

    @Test func `can't be expected without a connection, and end with it`() async {
        #expect(router.expect("1", bytesMax: 9_999) == nil)
        router.connected(as: "me")
        let expected = router.expect("1", bytesMax: 9_999)
        deliver("a", to: "1")
        router.disconnected()
        #expect(router.expect("2", bytesMax: 9_999) == nil)
        router.connected(as: "me again")
        deliver("late", to: "1")
        #expect(await texts(expected) == ["a"])
        #expect(router.expect("2", bytesMax: 9_999)?.asker == "me again")
    }

    @Test(arguments: [(1_499, ["x"]), (1_500, ["x", "y"])])
    func `are of a bounded size together, their headers and a share for each message included`(
        bytesMax: Int, texts expectedTexts: [String]
    ) async {
        router.connected(as: "me")
        let expected = router.expect("1", bytesMax: bytesMax)
        for text in ["x", "y", "z"] {
            router.deliver(
                InboundMessage(
                    tag: MessageTag(epoch: 1, number: 1), exchange: "belfry.answers", routingKey: "answer",
                    headers: ["a": String(repeating: "b", count: 236)], id: "1", body: Array(text.utf8)))
        }
        expected?.end()
        #expect(await texts(expected) == expectedTexts)
    }

    @Test func `are dropped once nobody waits for them any more`() async {
        router.connected(as: "me")
        var expected = router.expect("1", bytesMax: 9_999)
        let waits = Task { [expected] in await texts(expected) }
        waits.cancel()
        _ = await waits.value
        expected = nil
        let again = router.expect("1", bytesMax: 9_999)
        deliver("a", to: "1")
        again?.end()
        #expect(await texts(again) == ["a"])
    }
}
