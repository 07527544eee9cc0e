import JobCore
import Messaging

extension Judge {
    /// The record's end of a run may be this much earlier than it was known to the courier.
    private static let afterEndToleranceMilliseconds: Int64 = 250
    /// Without a fault, an end is on record within this time.
    private static let recordingMilliseconds: Int64 = 1_000
    /// Within this time after the answer, the courier has told the broker of it.
    private static let reportMilliseconds: Int64 = 2_000

    /// Guarantees: no webhook is repeated without need, none begins after the end, and each belongs to an execution.
    func deliveries() -> [Finding] {
        webhooks.sorted { $0.key < $1.key }.flatMap { execution, webhooks -> [Finding] in
            guard let run = runs[execution] else {
                return [
                    .violation(
                        Violation(
                            .unknownExecution, job: webhooks[0].job, execution: execution, at: webhooks[0].at,
                            "it is not on record"))
                ]
            }
            return Dictionary(grouping: webhooks, by: \.attempt).sorted { $0.key < $1.key }.flatMap { _, same in
                zip(same, same.dropFirst()).map { judge(repeat: $1, of: $0, run) }
                    + same.enumerated().compactMap { judge($0.element, isRepeat: $0.offset > 0, run) }
            }
        }
    }

    /// A repeat is needed when the report of the earlier delivery, or the request for it, may have been lost.
    private func judge(repeat webhook: Facts.Webhook, of earlier: Facts.Webhook, _ run: Facts.Run) -> Finding {
        let reported = (earlier.answeredAt ?? earlier.at).adding(milliseconds: Self.reportMilliseconds)
        let isNeeded =
            hasCause(from: earlier.at.adding(milliseconds: -1_000), to: reported) {
                $0.disturbs("courierd") || $0.disturbs("dispatcherd") || $0.disturbsBroker
            }
            || hasCause(from: earlier.at, to: webhook.at, \.dropsDeliveries)
        return isNeeded
            ? .excused(.neededRepeat)
            : .violation(
                Violation(
                    .needlessRepeat, of: run, at: webhook.at,
                    "attempt \(webhook.attempt) again after \(webhook.at.milliseconds(since: earlier.at)) ms"))
    }

    private func judge(_ webhook: Facts.Webhook, isRepeat: Bool, _ run: Facts.Run) -> Finding? {
        guard let end = run.finishedAt, run.isFinal,
            webhook.at.milliseconds(since: end) > Self.afterEndToleranceMilliseconds
        else { return nil }
        if webhook.at <= recordedBy(end) { return .excused(.endNotYetRecorded) }
        return .violation(
            Violation(
                isRepeat ? .repeatedAfterEnd : .deliveredAfterEnd, of: run, at: webhook.at,
                "attempt \(webhook.attempt) began \(webhook.at.milliseconds(since: end)) ms after \(run.end)"))
    }

    /// When an end must be on record: faults of the recorders, the store and the broker hold it up.
    private func recordedBy(_ end: Instant) -> Instant {
        self.end(ofFaultsFrom: end, withinMilliseconds: Self.recordingMilliseconds) {
            $0.disturbs("ingesterd") || $0.disturbsStore || $0.disturbsBroker
        }
    }

    /// Guarantee: the runs of an exclusive job never overlap, by the service's own ledger.
    func overlaps() -> [Finding] {
        let accepted = facts.runs.compactMap { run -> (run: Facts.Run, begin: Instant, end: Instant)? in
            guard jobs[run.job]?.isExclusive == true, let begin = acceptance(of: run.execution)?.at,
                let end = releasedAt(run)
            else { return nil }
            return (run, begin, end)
        }
        return Dictionary(grouping: accepted, by: \.run.job).values.flatMap { runs in
            let runs = runs.sorted { $0.begin < $1.begin }
            return zip(runs, runs.dropFirst()).filter { $1.begin < $0.end }.map { earlier, later in
                Finding.violation(
                    Violation(
                        .overlap, of: later.run, at: later.begin,
                        "it began \(earlier.end.milliseconds(since: later.begin)) ms before the end of "
                            + earlier.run.execution))
            }
        }
    }

    /// No earlier than this, the end of a run could be known to Belfry.
    private func releasedAt(_ run: Facts.Run) -> Instant? {
        let finals = (callbacks[run.execution] ?? []).filter { $0.kind != .processing }
        let reported = finals.flatMap(\.tries).filter { $0.answer == 202 }.map(\.at).min()
        return [reported, run.finishedAt].compactMap(\.self).min()
    }
}
