import JobCore

extension Judge {
    /// Guarantees: an occurrence within a pause is not run, and a run has the job as it was put before its occurrence,
    /// or later.
    func changes() -> [Finding] {
        let pauses = Dictionary(grouping: facts.pauses, by: \.job)
        return facts.runs.flatMap { run -> [Violation] in
            let paused = (pauses[run.job] ?? []).filter { $0.holds(run.occurrence) }.map {
                Violation(
                    .ranWhilePaused, of: run, at: run.occurrence,
                    "the job was paused from \($0.answeredAt.rfc3339) to \($0.resumeAskedAt.rfc3339)")
            }
            return paused + (webhooks[run.execution] ?? []).compactMap { wrongVersion($0, run) }
        }.map { .violation($0) }
    }

    private func wrongVersion(_ webhook: Facts.Webhook, _ run: Facts.Run) -> Violation? {
        guard let version = webhook.version else { return nil }
        let changes = facts.changes.filter { $0.job == run.job }
        let oldest = changes.filter { $0.answeredAt < run.occurrence }.map(\.version).max() ?? 1
        let newest = changes.filter { $0.askedAt <= webhook.at }.map(\.version).max() ?? .max
        if oldest <= version && version <= newest { return nil }
        return Violation(
            .wrongVersion, of: run, at: webhook.at,
            "version \(version) of the job; it was version \(oldest) at the occurrence, and \(newest) at the webhook")
    }
}
