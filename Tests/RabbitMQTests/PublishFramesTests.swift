import Testing

@testable import RabbitMQ

/// Guarantee: what is written for a message is what AMQP 0-9-1 has for it.
@Suite struct `The frames of a published message` {
    private static func frames(_ messages: AMQPMessage..., channel: UInt16 = 1, frameBytesMax: Int = 131_072) -> [UInt8]
    {
        var frames = PublishFrames(frameBytesMax: frameBytesMax)
        for message in messages { frames.append(message, channel: channel) }
        return frames.bytes
    }

    /// One frame: its kind, its channel, the length of its payload, the payload and the end.
    private static func frame(_ kind: UInt8, _ payload: [UInt8], channel: UInt8 = 1) -> [UInt8] {
        let length = payload.count
        return [kind, 0, channel, 0, 0, UInt8(length >> 8), UInt8(length & 0xFF)] + payload + [0xCE]
    }

    private static func short(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
    private static func long(_ text: String) -> [UInt8] { [0, 0, 0, UInt8(text.utf8.count)] + Array(text.utf8) }

    private static func method(_ exchange: String, _ key: String, isMandatory: Bool) -> [UInt8] {
        [0, 60, 0, 40, 0, 0] + short(exchange) + short(key) + [isMandatory ? 1 : 0]
    }

    @Test func `a message has a method, a header with its properties, and its body`() {
        let message = AMQPMessage(exchange: "belfry", routingKey: "run", headers: ["a": "é"], id: "m1", body: [7, 8])
        // Content type, headers, delivery mode and message id.
        let flags: [UInt8] = [0b1011_0000, 0b1000_0000]
        let table = Self.short("a") + [UInt8(ascii: "S")] + Self.long("é")
        let header =
            [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2] + flags + Self.short("application/json")
            + [0, 0, 0, UInt8(table.count)] + table + [2] + Self.short("m1")
        #expect(
            Self.frames(message) == Self.frame(1, Self.method("belfry", "run", isMandatory: true))
                + Self.frame(2, header) + Self.frame(3, [7, 8]))
    }

    @Test func `a message without headers, id and body has an empty table, and no body frame`() {
        let message = AMQPMessage(exchange: "", routingKey: "q", body: [], isMandatory: false)
        let header: [UInt8] =
            [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0b1011_0000, 0] + Self.short("application/json") + [0, 0, 0, 0, 2]
        #expect(
            Self.frames(message, channel: 9)
                == Self.frame(1, Self.method("", "q", isMandatory: false), channel: 9)
                + Self.frame(2, header, channel: 9))
    }

    @Test func `properties follow in the order of AMQP, whatever the order in which they were given`() {
        let properties: [AMQPMessage.Property] = [
            .appID("app"), .type("kind"), .timestampSeconds(258), .correlationID("c"), .expirationMilliseconds(-5),
        ]
        let expected =
            Self.short("application/json") + [0, 0, 0, 0, 2] + Self.short("c") + Self.short("0") + Self.short("m")
            + [0, 0, 0, 0, 0, 0, 1, 2] + Self.short("kind") + Self.short("app")
        for properties in [properties, properties.reversed()] {
            let message = AMQPMessage(exchange: "e", routingKey: "k", id: "m", body: [], properties: properties)
            let header: [UInt8] = [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0b1011_0101, 0b1110_1000] + expected
            #expect(Self.frames(message).suffix(header.count + 8) == Self.frame(2, header)[...])
        }
    }

    @Test func `a body is cut into frames of the agreed size, and messages follow each other`() {
        let body = (0..<20).map { UInt8($0) }
        let message = AMQPMessage(exchange: "e", routingKey: "k", body: body)
        // Eight bytes of each frame are no payload.
        let cut = Self.frames(message, frameBytesMax: 16)
        let parts = Self.frame(3, Array(0..<8)) + Self.frame(3, Array(8..<16)) + Self.frame(3, Array(16..<20))
        #expect(cut.suffix(parts.count) == parts[...])
        #expect(Self.frames(message, message) == Self.frames(message) + Self.frames(message))
    }

    /// `OutboundMessage.fault` refuses such a message before. If one came through, it must cost only itself.
    @Test func `a string that is too long is cut, so that the next frame begins where it is expected`() {
        let key = String(repeating: "k", count: 300)
        let method = Self.method("e", String(key.prefix(255)), isMandatory: true)
        #expect(Self.frames(AMQPMessage(exchange: "e", routingKey: key, body: [])).starts(with: Self.frame(1, method)))
    }
}
