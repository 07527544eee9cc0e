public import JobCore
public import Messaging

/// Which events of the archive a replay publishes.
public struct ReplaySelection: Sendable, Equatable {
    /// Events that occurred at this instant or later; nil for no bound.
    public var since: Instant?
    /// Events that occurred before this instant; nil for no bound.
    public var until: Instant?
    public var filters: [EventFilter]

    public init(since: Instant?, until: Instant?, filters: [EventFilter]) {
        (self.since, self.until, self.filters) = (since, until, filters)
    }

    /// What is to be done with a message of the archive.
    public enum Verdict: Sendable, Equatable {
        case replay
        /// It is not among those that were asked for.
        case other
        /// It is no event, or has no time to compare. It can't be replayed; the reason is for people.
        case unreadable(String)
    }

    /// Judges a message.
    public func verdict(on message: InboundMessage) -> Verdict {
        let event: ArchivedEvent
        do throws(ArchivedEvent.Unreadable) {
            event = try ArchivedEvent(message)
        } catch {
            return .unreadable(error.reason)
        }
        if since != nil || until != nil {
            guard let occurredAt = event.occurredAt else { return .unreadable("the event has no time") }
            if let since, occurredAt < since { return .other }
            if let until, occurredAt >= until { return .other }
        }
        return EventFilter.match(filters, event) ? .replay : .other
    }
}
