import JobCore
import Messaging

extension Judge {
    /// Guarantee: every occurrence leads to exactly one execution.
    func occurrences() -> [Finding] {
        let recorded = Dictionary(grouping: facts.runs, by: \.job)
        return facts.registrations.flatMap { registration in
            let runs = Dictionary(grouping: recorded[registration.job.name] ?? [], by: \.occurrence)
            let lost = expected(of: registration).filter { runs[$0] == nil }.map {
                finding(ofLost: $0, registration.job)
            }
            let doubled = runs.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map { occurrence, same in
                Finding.violation(
                    Violation(
                        .doubledOccurrence, of: same[0], at: occurrence,
                        "\(occurrence.rfc3339) has \(same.count) executions"))
            }
            return lost + doubled
        }
    }

    private func expected(of registration: Facts.Registration) -> [Instant] {
        let step = registration.job.everySeconds * 1_000
        let first = registration.effectiveFrom.millisecondsSinceEpoch / step + 1
        let last = registration.completeUntil.millisecondsSinceEpoch / step
        return first <= last ? (first...last).map { Instant(millisecondsSinceEpoch: $0 * step) } : []
    }

    /// While no dispatcher works, the due events of this time stand in the queue, and may be purged.
    private static let dueBacklogMilliseconds: Int64 = 30_000

    private func finding(ofLost occurrence: Instant, _ job: ChaosJob) -> Finding {
        let wasPurged = facts.disturbances.contains { purge in
            purge.fault == .purge(.dispatcherDue) && occurrence <= purge.end
                && purge.begin.milliseconds(since: occurrence) <= Self.dueBacklogMilliseconds
        }
        if wasPurged { return .excused(.purgedOccurrence) }
        return .violation(
            Violation(
                .lostOccurrence, job: job.name, at: occurrence, "\(occurrence.rfc3339) has no execution on record"))
    }
}
