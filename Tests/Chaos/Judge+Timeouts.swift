import JobCore
import Messaging

extension Judge {
    /// Guarantee: a run ends by a timeout only if its service was silent, or took too long, while it could call back.
    func timeouts() -> [Finding] {
        facts.runs.compactMap { run in
            switch run.reason {
            case "heartbeat": falseHeartbeatTimeout(run).map { .violation($0) }
            case "ttl": earlyTTL(run)
            default: nil
            }
        }
    }

    /// The earliest instant at which a timeout may end a run that a timeout did end.
    func deadline(of run: Facts.Run) -> Instant? {
        guard let job = jobs[run.job] else { return nil }
        switch run.reason {
        case "heartbeat": return silence(of: run, job)?.adding(milliseconds: patience(of: job))
        case "ttl": return (acceptance(of: run.execution)?.answeredAt ?? run.occurrence).adding(seconds: job.ttlSeconds)
        default: return nil
        }
    }

    private func patience(of job: ChaosJob) -> Int64 { 2 * job.heartbeatIntervalSeconds * 1_000 }

    /// Since when the service had been silent when the run ended. A try counts, whatever its answer. Tries after a
    /// silence that was too long by itself do not count.
    private func silence(of run: Facts.Run, _ job: ChaosJob) -> Instant? {
        let tries = (callbacks[run.execution] ?? []).flatMap(\.tries).filter(counts).map(\.at).sorted()
        guard let end = run.finishedAt, var since = acceptance(of: run.execution)?.answeredAt ?? tries.first else {
            return nil
        }
        for at in tries where at <= end {
            if at.milliseconds(since: since) > patience(of: job) { break }
            since = max(since, at)
        }
        return since
    }

    /// A try that reached no endpoint doesn't count if another endpoint was there to be tried.
    private func counts(_ request: Facts.Try) -> Bool {
        let down = endpoints.filter { endpoint in
            hasCause(from: request.at, to: request.answeredAt) { $0.disturbs(endpoint) }
        }
        return request.answer != 0 || !down.contains(request.endpoint) || down == endpoints
    }

    private func falseHeartbeatTimeout(_ run: Facts.Run) -> Violation? {
        guard let job = jobs[run.job], let end = run.finishedAt else { return nil }
        let patience = patience(of: job)
        guard let since = silence(of: run, job) else {
            return Violation(.falseHeartbeatTimeout, of: run, "nothing was delivered")
        }
        if end.milliseconds(since: since) >= patience { return nil }
        let received =
            (callbacks[run.execution] ?? []).flatMap(\.tries).filter { $0.answer == 202 && $0.at <= end }.map(\.at)
            + [acceptance(of: run.execution)?.answeredAt].compactMap(\.self)
        let silence = received.map { end.milliseconds(since: $0) }.min() ?? .max
        return silence < patience
            ? Violation(
                .falseHeartbeatTimeout, of: run,
                "it ended \(silence) ms after a callback or an acceptance; silence may last \(patience) ms")
            : Violation(
                .timeoutOfOutage, of: run,
                "its service last tried to call back \(end.milliseconds(since: since)) ms before the end; "
                    + "silence may last \(patience) ms")
    }

    private func earlyTTL(_ run: Facts.Run) -> Finding? {
        guard let job = jobs[run.job], let end = run.finishedAt, let deadline = deadline(of: run) else { return nil }
        if end < deadline {
            let early = deadline.milliseconds(since: end)
            return .violation(Violation(.earlyTTL, of: run, "it ended \(early) ms before its ttl was over"))
        }
        switch job.answer {
        case .refuse, .failAfterSuccess: return nil
        case .accept, .unavailable: break
        }
        if acceptance(of: run.execution) != nil { return nil }
        let isPurged =
            job.ttlSeconds <= 60
            && hasCause(from: run.occurrence, to: end, \.dropsDeliveries)
        let count = webhooks[run.execution]?.count ?? 0
        return isPurged
            ? .excused(.purgedDelivery)
            : .violation(Violation(.undelivered, of: run, "ttl \(job.ttlSeconds) s, \(count) webhooks, none accepted"))
    }
}
