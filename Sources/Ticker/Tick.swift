import JobCore
import Messaging

/// The due occurrences of one instant, their messages, and the plan that replaces the old one once they are confirmed.
/// Pure.
struct Tick: Sendable {
    var now: Instant
    var due: [DueOccurrence]
    var plan: SchedulePlan

    /// The jobs of one due event at most; a schedule with more jobs is cut into shards.
    private static let jobsPerShardMax = 500
    private static let occurrencesMax = 1_000

    init(_ plan: SchedulePlan, at now: Instant) {
        self.now = now
        self.plan = plan
        due = self.plan.takeDue(through: now, limit: Self.occurrencesMax)
    }

    /// One due event for each shard of each schedule that is due.
    var messages: [OutboundMessage] {
        due.flatMap { due in
            let shardCount = max(1, (due.jobCount + Self.jobsPerShardMax - 1) / Self.jobsPerShardMax)
            return (0..<shardCount).map { shard in
                OutboundMessage(
                    ScheduleDue(
                        schedule: due.key, occurrence: due.occurrence, tickedAt: now, shard: shard,
                        shardCount: shardCount))
            }
        }
    }
}
