public import JobCore
public import Logging
public import Messaging

/// A stage that works by the clock: a function from an instant to messages.
public protocol PeriodicStage: Sendable {
    /// For the log: `expiries`.
    var name: String { get }
    /// From the end of one pass to the begin of the next.
    var intervalMilliseconds: Int64 { get }
    /// Finds what there is to do at `now`. Throws `StoreError` when the store cannot be asked.
    func pass(at now: Instant) async throws -> PassResult
    /// The messages of the pass at `now` are confirmed.
    func confirmed(at now: Instant)
    /// The broker is unavailable at `now`, or the pass, or the publish of its messages, failed.
    func failed(at now: Instant)
}

extension PeriodicStage {
    public func confirmed(at now: Instant) {}
    public func failed(at now: Instant) {}
}

/// The result of one pass.
public struct PassResult: Sendable, Equatable {
    public var messages: [OutboundMessage]
    /// What each message reports: one log line each, once they are confirmed.
    public var reported: [Logger.Metadata]
    /// How many things were done without a message, for the log.
    public var count: Int

    public init(messages: [OutboundMessage] = [], reported: [Logger.Metadata] = [], count: Int = 0) {
        self.messages = messages
        self.reported = reported
        self.count = count
    }
}
