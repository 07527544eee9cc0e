import JobCore
import Testing

@testable import Messaging

@Suite struct `The replays of a delivery` {
    @Test(
        arguments: [
            Replays(), Replays(count: 1), Replays(count: 2, judgedCount: 2),
            Replays(count: Replays.countMax, judgedCount: 1, refusedAttempt: 1_000),
        ])
    func `are carried in headers, which are left out of those that a message carries on`(replays: Replays) throws {
        #expect(try Replays(reading: replays.headers) == replays)
        let carried = replays.headers.merging(["belfry-own": "kept"]) { $1 }
        #expect(Replays.removed(from: carried) == ["belfry-own": "kept"])
    }

    @Test(arguments: [(0, 0, true), (1, 0, false), (1, 1, true), (2, 1, false), (1, 2, true)])
    func `are judged once the record was asked about the last one`(count: Int, judged: Int, isJudged: Bool) {
        let replays = Replays(count: count, judgedCount: judged, refusedAttempt: 1)
        #expect(replays.isJudged == isJudged)
        #expect(replays.judged == Replays(count: count, judgedCount: count))
    }

    @Test(
        arguments: [
            [Header.replays: "-1"], [Header.replays: "1000001"], [Header.replays: "often"],
            [Header.judgedReplays: "9223372036854775808"], [Header.refusedAttempt: "0"],
        ])
    func `that are no numbers in their range can't be read, and the error names the header`(headers: [String: String])
        throws
    {
        let name = try #require(headers.keys.first)
        let error = #expect(throws: UnreadableMessage.self) { try Replays(reading: headers) }
        #expect(error?.description.contains(name) == true)
    }

    @Test(
        arguments: [
            ("1", true), ("1000001", true), ("0", false), ("-1", false), ("many", false), ("", false), (nil, false),
        ] as [(String?, Bool)])
    func `of a message are counted, so it is a replay`(replays: String?, isReplay: Bool) {
        var message = InboundMessage(
            tag: MessageTag(epoch: 0, number: 1), exchange: "belfry", routingKey: RoutingKey.scheduleDue, body: [])
        message.headers[Header.replays] = replays
        #expect(message.isReplay == isReplay)
    }
}
