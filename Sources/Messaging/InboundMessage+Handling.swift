import JobCore

extension InboundMessage {
    /// The body as a message of this type. Throws `UnreadableMessage` with the field at fault.
    public func decoded<Message: PipelineMessage & Decodable>(as type: Message.Type) throws(UnreadableMessage)
        -> Message
    {
        try MessageCoder.decode(type, from: body)
    }

    /// This message as a dead letter: body and headers unchanged (headers that cannot be sent are left out), with its
    /// origin and the reason.
    public func deadLetter(
        from queue: WorkQueue, reason: DeadLetterReason, error: String, atMilliseconds: Int64
    ) -> OutboundMessage {
        var headers = ownHeaders
        headers[Header.deadReason] = reason.rawValue
        headers[Header.deadError] = ForeignText.cleaned(error)
        headers[Header.deadAt] = String(atMilliseconds)
        headers[Header.originExchange] = exchange
        headers[Header.originRoutingKey] = routingKey
        headers[Header.originQueue] = queue.rawValue
        return OutboundMessage(exchange: .dead, routingKey: queue.rawValue, headers: headers, id: ownID, body: body)
    }
}
