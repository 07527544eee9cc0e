/// What the judge found: a broken guarantee, or something that a fault explains.
enum Finding: Equatable {
    case violation(Violation)
    case excused(Excuse)
}

/// What a fault of the plan explains, so that it breaks no guarantee. It is counted.
public enum Excuse: String, Sendable, CaseIterable {
    case purgedOccurrence = "occurrence that stood in a purged queue"
    case purgedDelivery = "delivery that was purged and came too late for a short ttl"
    case neededRepeat = "webhook repeated because of a fault"
    case endNotYetRecorded = "webhook after an end that could not be recorded yet"
}
