import JobCore

extension InboundMessage {
    /// The body as a message of this type. Throws `UnreadableMessage` with the field at fault.
    public func decoded<Message: PipelineMessage & Decodable>(as type: Message.Type) throws(UnreadableMessage)
        -> Message
    {
        try MessageCoder.decode(type, from: body)
    }

    /// This message as a dead letter: body and headers unchanged (headers that cannot be sent are left out), with its
    /// origin and the reason. `attempts` says how often it was tried; by default, how often a stage had it in hand. A
    /// message that was replayed keeps the number of replays and when it first became a dead letter.
    public func deadLetter(
        from queue: WorkQueue, reason: DeadLetterReason, error: String, atMilliseconds: Int64, attempts: Int? = nil
    ) -> OutboundMessage {
        var headers = ownHeaders
        headers[Header.deadReason] = reason.rawValue
        headers[Header.deadError] = ForeignText.cleaned(error)
        headers[Header.deadAt] = String(atMilliseconds)
        let first = headers[Header.deadFirstAt].flatMap(Int64.init) ?? -1
        if !(0...max(0, atMilliseconds)).contains(first) { headers[Header.deadFirstAt] = String(atMilliseconds) }
        headers[Header.deadAttempts] = String(attempts ?? min(returnCount, Int.max - 1) + 1)
        headers[Header.originExchange] = exchange
        headers[Header.originRoutingKey] = routingKey
        headers[Header.originQueue] = queue.rawValue
        return OutboundMessage(exchange: .dead, routingKey: queue.rawValue, headers: headers, id: ownID, body: body)
    }
}
