import Messaging

/// The answers to one request, which go out in batches.
actor AnswerBatch {
    private static let bytesMax = 1_048_576
    /// The JSON of a letter travels in a header, which shares its room with others.
    private static let letterBytesMax = MessageLimits.headerBytesMax * 3 / 4

    private let request: DeadLettersRequested
    private let publish: @Sendable ([OutboundMessage]) async -> Void
    private var messages: [OutboundMessage] = []
    private var bytes = 0

    init(to request: DeadLettersRequested, publish: @escaping @Sendable ([OutboundMessage]) async -> Void) {
        self.request = request
        self.publish = publish
    }

    /// Adds a letter. The largest of its headers are left out if AMQP could not carry it otherwise.
    func add(_ letter: DeadLetter, body: [UInt8]) async {
        var letter = letter
        var message = message(letter, body)
        while Self.headerBytes(of: message) > Self.letterBytesMax,
            let largest = letter.headers.max(by: { ($0.value.utf8.count, $0.key) < ($1.value.utf8.count, $1.key) })
        {
            letter.headers[largest.key] = nil
            message = self.message(letter, body)
        }
        messages.append(message)
        bytes += body.count + Self.headerBytes(of: message)
        if bytes > Self.bytesMax { await flush() }
    }

    /// Adds the end, and sends what is left.
    func end(_ result: DeadLettersResult) async {
        messages.append(
            OutboundMessage(DeadLettersAnswered.end(requestID: request.requestID, asker: request.asker, result)))
        await flush()
    }

    private func flush() async {
        let batch = messages
        (messages, bytes) = ([], 0)
        await publish(batch)
    }

    private func message(_ letter: DeadLetter, _ body: [UInt8]) -> OutboundMessage {
        OutboundMessage(
            DeadLettersAnswered.letter(requestID: request.requestID, asker: request.asker, letter, body: body))
    }

    private static func headerBytes(of message: OutboundMessage) -> Int {
        message.headers.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    }
}
