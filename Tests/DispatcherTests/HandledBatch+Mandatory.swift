import Messaging

extension HandledBatch {
    /// Its messages but the events.
    var mandatory: [OutboundMessage] { messages.filter(\.isMandatory) }

    /// The routing keys of its events.
    var eventKeys: [String] { messages.filter { !$0.isMandatory }.map(\.routingKey) }
}
