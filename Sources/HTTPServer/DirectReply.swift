import NIOCore

/// Where a ``DirectRoute`` sends the answer to a request that it did not answer at once.
public struct DirectReply: Sendable {
    let outbox: AnswerOutbox
    let handler: NIOLoopBound<any ReplyReceiver>
    /// The number of the request on its connection.
    let number: Int

    /// Sends the answer, from any thread. Nothing happens if the connection is closed by now, or at a second answer.
    public func send(_ answer: WholeAnswer) {
        outbox.send(answer, to: self)
    }
}
