/// Messages as the frames of `basic.publish` (AMQP 0-9-1, 2.3.5 and 4.2), to be written to a socket together:
/// librabbitmq writes each message with three system calls.
///
///     var frames = PublishFrames(frameBytesMax: 131_072)
///     frames.append(message, channel: 1)
///     send(frames.bytes)
struct PublishFrames {
    private static let end: UInt8 = 0xCE
    /// The bytes of a frame beside its payload.
    private static let overheadBytes = 8
    private static let basicClass: UInt16 = 60
    private static let publishMethod: UInt16 = 40
    private static let persistent: UInt8 = 2

    /// The flag of each property in a content header; properties follow in the order of descending flags.
    private enum PropertyFlag {
        static let contentType: UInt16 = 1 << 15
        static let headers: UInt16 = 1 << 13
        static let deliveryMode: UInt16 = 1 << 12
        static let correlationID: UInt16 = 1 << 10
        static let expiration: UInt16 = 1 << 8
        static let messageID: UInt16 = 1 << 7
        static let timestamp: UInt16 = 1 << 6
        static let type: UInt16 = 1 << 5
        static let appID: UInt16 = 1 << 3
    }

    private enum Kind: UInt8 { case method = 1, header, body }

    private(set) var bytes: [UInt8] = []
    private let frameBytesMax: Int

    /// `frameBytesMax` is the longest frame that was agreed on with the broker.
    init(frameBytesMax: Int) {
        self.frameBytesMax = frameBytesMax
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// Adds a persistent message. Its strings must be as short as `OutboundMessage.fault` has them.
    mutating func append(_ message: AMQPMessage, channel: UInt16) {
        appendFrame(.method, channel) { frames in
            frames.append(Self.basicClass)
            frames.append(Self.publishMethod)
            // Reserved.
            frames.append(UInt16(0))
            frames.append(shortString: message.exchange)
            frames.append(shortString: message.routingKey)
            frames.bytes.append(message.isMandatory ? 1 : 0)
        }
        appendFrame(.header, channel) { frames in
            frames.append(Self.basicClass)
            // Reserved.
            frames.append(UInt16(0))
            frames.append(UInt64(message.body.count))
            frames.appendProperties(of: message)
        }
        let payloadBytesMax = frameBytesMax - Self.overheadBytes
        var start = 0
        while start < message.body.count {
            let end = min(start + payloadBytesMax, message.body.count)
            appendFrame(.body, channel) { $0.bytes.append(contentsOf: message.body[start..<end]) }
            start = end
        }
    }

    private mutating func appendFrame(_ kind: Kind, _ channel: UInt16, _ payload: (inout PublishFrames) -> Void) {
        bytes.append(kind.rawValue)
        append(channel)
        appendWithLength(payload)
        bytes.append(Self.end)
    }

    /// Appends four bytes with the number of the bytes that `content` appends, and these.
    private mutating func appendWithLength(_ content: (inout PublishFrames) -> Void) {
        let place = bytes.count
        append(UInt32(0))
        content(&self)
        let length = UInt32(bytes.count - place - 4)
        for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: length >> (24 - 8 * index)) }
    }

    private mutating func appendProperties(of message: AMQPMessage) {
        var found = Properties(of: message)
        found.flags |= PropertyFlag.contentType | PropertyFlag.headers | PropertyFlag.deliveryMode
        if message.id != nil { found.flags |= PropertyFlag.messageID }
        append(found.flags)
        append(shortString: "application/json")
        appendWithLength { frames in
            for (name, value) in message.headers {
                frames.append(shortString: name)
                frames.bytes.append(UInt8(ascii: "S"))
                frames.appendWithLength { $0.append(text: value) }
            }
        }
        bytes.append(Self.persistent)
        if let text = found.correlationID { append(shortString: text) }
        if let text = found.expiration { append(shortString: text) }
        if let id = message.id { append(shortString: id) }
        if let seconds = found.timestampSeconds { append(seconds) }
        if let text = found.type { append(shortString: text) }
        if let text = found.appID { append(shortString: text) }
    }

    /// The properties that only some messages have.
    private struct Properties {
        var flags: UInt16 = 0
        var correlationID: String?
        var expiration: String?
        var timestampSeconds: UInt64?
        var type: String?
        var appID: String?

        init(of message: AMQPMessage) {
            for property in message.properties {
                switch property {
                case .correlationID(let text): (correlationID, flags) = (text, flags | PropertyFlag.correlationID)
                case .type(let text): (type, flags) = (text, flags | PropertyFlag.type)
                case .appID(let text): (appID, flags) = (text, flags | PropertyFlag.appID)
                case .timestampSeconds(let seconds):
                    (timestampSeconds, flags) = (UInt64(max(0, seconds)), flags | PropertyFlag.timestamp)
                case .expirationMilliseconds(let milliseconds):
                    (expiration, flags) = (String(max(0, milliseconds)), flags | PropertyFlag.expiration)
                }
            }
        }
    }

    /// A string of at most 255 bytes. What is too long is cut: no fault of a message may make the next one unreadable.
    private mutating func append(shortString text: String) {
        var text = text
        text.withUTF8 { utf8 in
            let count = min(utf8.count, Int(UInt8.max))
            bytes.append(UInt8(count))
            bytes.append(contentsOf: utf8.prefix(count))
        }
    }

    private mutating func append(text: String) {
        var text = text
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    /// In the byte order of the network.
    private mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
