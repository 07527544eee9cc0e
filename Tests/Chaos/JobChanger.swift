import JobCore
import TestServers

/// Changes the jobs of a run while they are due, as their owner and an operator would.
struct JobChanger: Sendable {
    let jobs: [ChaosJob]
    let record: RecordReader
    let service: ChaosService
    let ledger: ChaosLedger

    /// Puts every job again: with the same schedule, but with another payload, description, backoff and ttl.
    func putAll() async throws {
        for job in jobs { try await put(job, isEnabled: true) }
    }

    /// Puts a job with the next version of what may change, and keeps it in the ledger.
    func put(_ job: ChaosJob, isEnabled: Bool) async throws {
        let version = Int64(ledger.current.changes.count { $0.job == job.name } + 1)
        let asked = ledger.now()
        try await record.put(job, url: try await service.url(of: job), isEnabled: isEnabled, version: version)
        ledger.add(Facts.Change(job: job.name, version: version, askedAt: asked, answeredAt: ledger.now()))
    }

    /// Pauses every other job, and resumes them after this time. The others run on, so that recoveries can be measured.
    func pauseSome(for duration: Duration) async throws {
        let paused = jobs.indices.filter { $0 % 2 == 1 }.map { jobs[$0] }
        var pauses: [Facts.Pause] = []
        for job in paused {
            let asked = ledger.now()
            try await record.pause(job)
            let answered = ledger.now()
            pauses.append(
                Facts.Pause(
                    job: job.name, askedAt: asked, answeredAt: answered, resumeAskedAt: answered, resumedAt: answered))
        }
        try await Task.sleep(for: duration)
        for (index, job) in paused.enumerated() {
            pauses[index].resumeAskedAt = ledger.now()
            try await record.resume(job)
            pauses[index].resumedAt = ledger.now()
            ledger.add(pauses[index])
        }
    }
}
