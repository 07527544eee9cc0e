import JobCore

extension Judge {
    /// Guarantees: every execution ends, as the service reported; a callback that got a 202 answer is recorded; and
    /// the first end stays, whatever is sent after it.
    func ends() -> [Finding] {
        facts.runs.flatMap { run -> [Violation] in
            guard run.isFinal else { return [Violation(.stuck, of: run, at: run.occurrence, "it is \(run.status)")] }
            return [lostCallback(of: run), changedEnd(of: run), inventedEnd(of: run)].compactMap(\.self)
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

    /// The record's end may be this much later than the answer to it, by another machine's clock.
    private static let clockToleranceMilliseconds: Int64 = 250

    /// Once an end was answered 202, no callback that is sent afterwards may take its place or move it.
    private func changedEnd(of run: Facts.Run) -> Violation? {
        let tries = (callbacks[run.execution] ?? []).filter { $0.kind != .processing }.flatMap { callback in
            callback.tries.map { (kind: callback.kind, request: $0) }
        }
        guard
            let first = tries.filter({ $0.request.answer == 202 }).min(by: {
                $0.request.answeredAt < $1.request.answeredAt
            })
        else { return nil }
        let isReplaced = tries.contains { $0.kind != first.kind && hasEnded(run, as: $0.kind) }
        let isAlone = tries.allSatisfy { $0.kind == first.kind || $0.request.at > first.request.answeredAt }
        if isReplaced && isAlone {
            return Violation(
                .changedEnd, of: run, at: first.request.at,
                "\(first.kind.rawValue) was answered 202 at \(first.request.answeredAt.rfc3339), before any other end "
                    + "was sent, and the record has \(run.end)")
        }
        let latest = first.request.answeredAt.adding(milliseconds: Self.clockToleranceMilliseconds)
        guard hasEnded(run, as: first.kind), let end = run.finishedAt, end > latest else { return nil }
        return Violation(
            .changedEnd, of: run,
            "the record has \(run.end) \(end.milliseconds(since: first.request.answeredAt)) ms after the first 202")
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
            case (_, "invocation"):
                answers.contains(404) || answers.filter { $0 >= 500 }.count >= 3 || isAnsweredTooLate(run)
            case (_, "locked"): jobs[run.job]?.isExclusive ?? false
            case (_, "missed"): (run.finishedAt?.milliseconds(since: run.occurrence) ?? 0) > 60_000
            case (_, "heartbeat"), (_, "ttl"): true
            default: false
            }
        return isCaused ? nil : Violation(.inventedEnd, of: run, "\(run.end); the webhooks' answers are \(answers)")
    }
}

extension Judge {
    /// Close to the end of its ttl a run's attempt is given as little time, and no other one follows. So an answer that
    /// a busy machine delays may come after the attempt.
    private func isAnsweredTooLate(_ run: Facts.Run) -> Bool {
        guard let latest = webhooks[run.execution]?.max(by: { $0.at < $1.at }), let answeredAt = latest.answeredAt,
            let end = run.finishedAt, let job = jobs[run.job]
        else { return false }
        let ttlEnd = run.occurrence.adding(milliseconds: 1_000 * job.ttlSeconds)
        return end.milliseconds(since: answeredAt) < 500 && ttlEnd.milliseconds(since: latest.at) < 3_000
    }
}

extension Facts.Run {
    /// Status and reason.
    var end: String { [status, reason].compactMap(\.self).joined(separator: " ") }
}
