public import Logging
public import Messaging

/// The result of one pass.
public struct PassResult: Sendable, Equatable {
    /// The messages to publish.
    public var messages: [OutboundMessage]
    /// The log fields of each message: one log line each, once the messages are confirmed.
    public var reported: [Logger.Metadata]
    /// The number of things done without a message, for the log.
    public var count: Int

    public init(messages: [OutboundMessage] = [], reported: [Logger.Metadata] = [], count: Int = 0) {
        self.messages = messages
        self.reported = reported
        self.count = count
    }
}
