import JobCore
import Messaging

extension Judge {
    /// Guarantee: every occurrence leads to exactly one execution.
    func occurrences() -> [Finding] {
        let recorded = Dictionary(grouping: facts.runs, by: \.job)
        let pauses = Dictionary(grouping: facts.pauses, by: \.job)
        return facts.registrations.flatMap { registration in
            let runs = Dictionary(grouping: recorded[registration.job.name] ?? [], by: \.occurrence)
            let lost = expected(of: registration).filter { occurrence in
                let isPaused = pauses[registration.job.name]?.contains { $0.mayHold(occurrence) } ?? false
                return runs[occurrence] == nil && !isPaused
            }.map { finding(ofLost: $0, registration.job) }
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

    /// A due event is handled within this time after its occurrence, or after the end of the fault that held it up.
    private static let dueMilliseconds: Int64 = 5_000

    private func finding(ofLost occurrence: Instant, _ job: ChaosJob) -> Finding {
        let handledBy = dispatchedBy(occurrence)
        let wasPurged = facts.disturbances.contains { purge in
            purge.fault.dropsDueEvents && occurrence <= purge.end && purge.begin <= handledBy
        }
        if wasPurged { return .excused(.purgedOccurrence) }
        return .violation(
            Violation(
                .lostOccurrence, job: job.name, at: occurrence, "\(occurrence.rfc3339) has no execution on record"))
    }

    /// When the due event of an occurrence must have been handled: faults of the tickers, the dispatchers, the store
    /// and the broker hold it up.
    private func dispatchedBy(_ occurrence: Instant) -> Instant {
        end(ofFaultsFrom: occurrence, withinMilliseconds: Self.dueMilliseconds) {
            $0.disturbs("tickerd") || $0.disturbs("dispatcherd") || $0.disturbsStore || $0.disturbsBroker
        }.adding(milliseconds: Self.dueMilliseconds)
    }
}
