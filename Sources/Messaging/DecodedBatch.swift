/// The messages of a batch that could be read, in order, and the others as dead letters.
public struct DecodedBatch<Message> {
    public var messages: [Message] = []
    /// The place of each message in the batch.
    public var indices: [Int] = []
    public var dead: [HandledBatch.DeadLetter] = []
}

extension [InboundMessage] {
    /// Reads each message with `read`; a message that it throws for becomes a dead letter, reason `unreadable`.
    public func decoded<Message>(
        _ read: (InboundMessage) throws(UnreadableMessage) -> Message
    ) -> DecodedBatch<Message> {
        var batch = DecodedBatch<Message>()
        for (index, message) in enumerated() {
            do throws(UnreadableMessage) {
                batch.messages.append(try read(message))
                batch.indices.append(index)
            } catch {
                batch.dead.append(.init(index: index, reason: .unreadable, error: error.description))
            }
        }
        return batch
    }
}
