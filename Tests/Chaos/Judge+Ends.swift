import JobCore

extension Judge {
    /// Guarantees: every execution ends, as the service reported; a callback that got a 202 answer is recorded.
    func ends() -> [Finding] {
        facts.runs.flatMap { run -> [Violation] in
            guard run.isFinal else { return [Violation(.stuck, of: run, at: run.occurrence, "it is \(run.status)")] }
            return [lostCallback(of: run), inventedEnd(of: run)].compactMap(\.self)
        }.map { .violation($0) }
    }

    private func lostCallback(of run: Facts.Run) -> Violation? {
        let finals = (callbacks[run.execution] ?? []).filter { $0.kind != .processing }
        let confirmed = finals.flatMap { callback in
            callback.tries.filter { $0.answer == 202 }.map { (callback.kind, $0) }
        }
        guard let (kind, first) = confirmed.min(by: { $0.1.at < $1.1.at }) else { return nil }
        if hasEnded(run, as: kind) || finals.contains(where: { $0.kind != kind && hasEnded(run, as: $0.kind) }) {
            return nil
        }
        if let deadline = deadline(of: run), first.answeredAt >= deadline { return nil }
        return Violation(
            .lostCallback, of: run, at: first.at,
            "\(kind.rawValue) was answered 202 at \(first.answeredAt.rfc3339), and the record has \(run.end)")
    }

    private func hasEnded(_ run: Facts.Run, as kind: Facts.Callback.Kind) -> Bool {
        switch kind {
        case .processing: false
        case .success: run.status == "success"
        case .fail: run.reason == "reported"
        }
    }

    /// An end needs a cause in the ledger. Timeouts are judged by `timeouts`.
    private func inventedEnd(of run: Facts.Run) -> Violation? {
        let answers = (webhooks[run.execution] ?? []).compactMap(\.status)
        func isReported(_ kind: Facts.Callback.Kind) -> Bool {
            callbacks[run.execution]?.contains { $0.kind == kind } ?? false
        }
        let isCaused =
            switch (run.status, run.reason) {
            case ("success", _): isReported(.success)
            case (_, "reported"): isReported(.fail)
            case (_, "invocation"): answers.contains(404) || answers.filter { $0 >= 500 }.count >= 3
            case (_, "locked"): jobs[run.job]?.isExclusive ?? false
            case (_, "missed"): (run.finishedAt?.milliseconds(since: run.occurrence) ?? 0) > 60_000
            case (_, "heartbeat"), (_, "ttl"): true
            default: false
            }
        return isCaused ? nil : Violation(.inventedEnd, of: run, "\(run.end); the webhooks' answers are \(answers)")
    }
}

extension Facts.Run {
    /// Status and reason.
    var end: String { [status, reason].compactMap(\.self).joined(separator: " ") }
}
