import Determinism
import JobCore
import SQLiteStore
import Store

/// The part of an operator: pauses, and the test's own account of them.
extension PipelineWorld {
    /// The tag of some of the world's jobs.
    var tag: String { "t-\(service)" }

    func pause(_ subject: JobPause.Subject, until: Instant? = nil) async throws {
        let now = now
        if let index = indexInForce(subject) {
            pauses[index].until = until
        } else {
            pauses.append(JobPause(subject, begunAt: now, until: until, by: "test"))
        }
        _ = try await record.pause(subject, note: nil, until: until, by: ChangeAuthor(name: "test"), now: now)
    }

    func resume(_ subject: JobPause.Subject) async throws {
        let now = now
        if let index = indexInForce(subject) { pauses[index].endedAt = now }
        _ = try await record.resume(subject, by: ChangeAuthor(name: "test"), now: now)
    }

    /// Pauses or resumes a job, its service or the jobs with the tag.
    func pauseSomething(_ index: Int) async throws {
        let subjects: [JobPause.Subject] = [.job(jobs[index].name), .service(service), .tag(tag)]
        let subject = subjects[random.int(0...2)]
        if indexInForce(subject) != nil, random.chance(70) {
            try await resume(subject)
        } else {
            let seconds = Int64(random.int(1...200))
            try await pause(subject, until: random.chance(60) ? now.adding(seconds: seconds) : nil)
        }
    }

    /// Whether an occurrence of a job is within a pause.
    func isPaused(_ job: Job, at occurrence: Instant) -> Bool {
        pauses.contains { $0.covers(occurrence) && $0.concerns(job) }
    }

    /// Ends all pauses that are in force.
    func endAllPauses() async throws {
        for pause in pauses { try await resume(pause.subject) }
    }

    private func indexInForce(_ subject: JobPause.Subject) -> Int? {
        pauses.firstIndex { $0.subject == subject && $0.covers(now) }
    }
}
