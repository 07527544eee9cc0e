import Glibc
import Messaging

/// The letters that one consumer takes, on a connection of its own. See `RabbitDeadLetterScan`.
///
/// It is full when it has taken `prefetch` letters. Acks make room for more, so it may take some more until the broker
/// has ended its consumer.
final class LetterBlock {
    private static let consumerTag = "letters"
    private static let finishMax: Duration = .seconds(10)

    let prefetch: Int
    private var handle: AMQPHandle
    private(set) var takenCount = 0
    private var removedCount = 0
    private var isEnding = false
    /// The broker has ended the consumer, and all letters have come that it gave to it.
    private(set) var isEnded = false

    init(_ handle: consuming AMQPHandle, prefetch: Int) {
        self.handle = handle
        self.prefetch = prefetch
    }

    /// The number of its connection.
    var epoch: UInt64 { handle.epoch }

    /// The letters that go back when it is closed.
    var heldCount: Int { takenCount - removedCount }

    func start(_ queueName: String) throws(AMQPFailure) {
        handle.reader.readsDeaths = true
        handle.reader.bodyBytesMax = UInt64(MessageLimits.replayedBodyBytesMax)
        handle.reader.oversizedBytesKept = MessageLimits.bodyBeginningBytes
        try handle.consume(queueName, consumerTag: Self.consumerTag, prefetch: prefetch)
    }

    /// The letters that have arrived. Ends the consumer when the block is full.
    func read() throws(AMQPFailure) -> [TakenLetter] {
        var letters: [TakenLetter] = []
        for event in try handle.readEvents() {
            switch event {
            case .delivered(_, let message): letters.append(.init(message, bodyBytes: message.body.count))
            case .oversized(let message, let bytes): letters.append(.init(message, bodyBytes: Int(clamping: bytes)))
            case .barrier: isEnded = true
            case .consumerCancelled:
                throw AMQPFailure("basic.consume", "the queue was deleted or has no leader", replyCode: 404)
            default: break
            }
        }
        takenCount += letters.count
        if takenCount >= prefetch { try end() }
        return letters
    }

    /// Waits for a moment until something arrives.
    func waitForLetters() {
        if !handle.hasBufferedFrames { _ = handle.isReady(POLLIN, withinMilliseconds: 50) }
    }

    private func end() throws(AMQPFailure) {
        guard !isEnding else { return }
        isEnding = true
        try handle.cancel(consumerTag: Self.consumerTag)
        try handle.requestBarrier()
    }

    /// Ends the consumer, and passes over the letters that are on their way.
    func finish() throws(AMQPFailure) {
        try end()
        let deadline = ContinuousClock.now + Self.finishMax
        while !isEnded, ContinuousClock.now < deadline {
            waitForLetters()
            _ = try read()
        }
    }

    func remove(_ tag: UInt64) throws(AMQPFailure) {
        try handle.acknowledge(.init(tag: tag, multiple: false))
        removedCount += 1
    }

    func sendHeartbeat() throws(AMQPFailure) { try handle.sendHeartbeat() }

    /// Ends the connection. By then the broker knows what was removed; it gives back the rest.
    func close() { handle.closeInOrder() }
}
