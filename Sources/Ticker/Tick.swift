import JobCore
import Messaging

/// What is due at one instant, its messages, and the plan that replaces the old one once they are confirmed. Pure.
struct Tick: Sendable {
    /// Nil when nobody knows the time.
    var now: Instant?
    var due: [DueRange]
    var plan: SchedulePlan

    /// Due events of one tick. The rest follows in the next tick, so that a backlog is published and confirmed in
    /// parts.
    private static let messagesMax = 1_000

    /// Without a time nothing is due, and the cursor stays where it is.
    init(_ plan: SchedulePlan, at now: Instant?) {
        self.now = now
        var plan = plan
        due = now.map { plan.takeDue(through: $0, limit: Self.messagesMax) } ?? []
        self.plan = plan
    }

    /// One due event for each range.
    var messages: [OutboundMessage] {
        guard let now else { return [] }
        return due.map { due in
            OutboundMessage(
                ScheduleDue(
                    schedule: due.key, occurrence: due.occurrence, tickedAt: now, range: due.range, isBulk: due.isBulk))
        }
    }
}
