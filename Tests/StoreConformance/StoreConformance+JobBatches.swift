import JobCore
import Store
import Testing

extension StoreConformance {
    private static let author = ChangeAuthor(name: "ci", requestID: "0123456789abcdef")

    private static func name(_ job: String) -> JobName { JobName(service: "billing", job: job) }

    /// The names of all jobs, and how long each may run, which tells their versions apart.
    private static func jobs(in store: any CompleteStore) async throws -> [String: Int64] {
        let listed = try await store.jobs(service: nil, after: nil, limit: 100).jobs
        return Dictionary(uniqueKeysWithValues: listed.map { ($0.job.name.job, $0.job.ttlSeconds) })
    }

    private static func version(_ ttlSeconds: Int64, of name: String) -> Job {
        var job = sampleJob(name)
        job.ttlSeconds = ttlSeconds
        return job
    }

    static let batchScenarios: [StoreScenario] = [
        StoreScenario("a batch creates, replaces and deletes jobs, and returns each before and after, in its order") {
            store async throws in
            let (kept, old) = (sampleJob("kept"), sampleJob("old"))
            let before = try await store.put([kept, old], now: start).map(\.stored)
            let (revision, later) = (try await store.jobsRevision(), start.adding(seconds: 60))
            let batch = JobBatch(
                puts: [JobBatch.Put(sampleJob("new")), JobBatch.Put(version(7, of: "kept"))],
                deletions: [JobBatch.Deletion(name("none")), JobBatch.Deletion(old.name)])
            let result = try await store.change(batch, by: author, now: later)
            let new = StoredJob(job: sampleJob("new"), effectiveAfter: later, createdAt: later, updatedAt: later)
            let replaced = StoredJob(
                job: version(7, of: "kept"), effectiveAfter: start, createdAt: start, updatedAt: later)
            let puts = [
                PutJob(before: nil, stored: new, isNew: true),
                PutJob(before: before[0], stored: replaced, isNew: false),
            ]
            let deletions = [
                DeletedJob(name: name("none"), before: nil, deletedAt: nil),
                DeletedJob(name: old.name, before: before[1], deletedAt: later),
            ]
            #expect(result == .made(puts: puts, deletions: deletions))
            #expect(try await jobs(in: store) == ["kept": 7, "new": 300])
            #expect(try await store.jobsRevision() > revision, "the ticker reads its schedules again")
        },
        StoreScenario("a batch with a precondition that does not hold changes nothing, and names the jobs at fault") {
            store async throws in
            let first = try #require(try await store.put([sampleJob("a")], now: start).first?.stored)
            _ = try await store.put([sampleJob("b"), version(1, of: "a")], now: start.adding(seconds: 1))
            let revision = try await store.jobsRevision()
            let batch = JobBatch(
                puts: [
                    JobBatch.Put(sampleJob("c")), JobBatch.Put(version(9, of: "a"), if: [.version([first.etag])]),
                    JobBatch.Put(sampleJob("b"), if: [.exists, .absent]),
                ],
                deletions: [JobBatch.Deletion(name("b")), JobBatch.Deletion(name("none"), if: [.exists])])
            let result = try await store.change(batch, by: author, now: start.adding(seconds: 2))
            let failed = [
                FailedPrecondition(name: name("a"), precondition: .version([first.etag]), isAbsent: false),
                FailedPrecondition(name: name("b"), precondition: .absent, isAbsent: false),
                FailedPrecondition(name: name("none"), precondition: .exists, isAbsent: true),
            ]
            #expect(result == .refused(failed))
            #expect(try await jobs(in: store) == ["a": 1, "b": 300])
            #expect(try await store.jobsRevision() == revision)
        },
        StoreScenario("a job has another version after each change, also within a millisecond, and after it came back")
        {
            store async throws in
            var etags: Set<String> = []
            for (seconds, ttl) in [(0, 1), (0, 2), (1, 1)] as [(Int64, Int64)] {
                let now = start.adding(seconds: seconds)
                etags.insert(try #require(try await store.put([version(ttl, of: "a")], now: now).first).stored.etag)
            }
            #expect(try await store.deleteJob(named: name("a"), now: start))
            let back = try await store.put([version(1, of: "a")], now: start.adding(seconds: 2))
            etags.insert(try #require(back.first).stored.etag)
            #expect(etags.count == 4)
            let batch = JobBatch(deletions: [JobBatch.Deletion(name("a"), if: [.version(Array(etags))])])
            guard case .made = try await store.change(batch, by: author, now: start.adding(seconds: 3)) else {
                Issue.record("one of the versions is the job's")
                return
            }
            #expect(try await jobs(in: store).isEmpty)
        },
        StoreScenario("the preconditions of a deleted job are those of a job that is not there") { store async throws in
            let stored = try #require(try await store.put([sampleJob("a")], now: start).first?.stored)
            #expect(try await store.deleteJob(named: name("a"), now: start))
            for (precondition, holds) in [
                (JobPrecondition.absent, true), (.exists, false), (.version([stored.etag]), false),
                (.otherVersion([stored.etag]), true), (.unchanged(nil), true), (.unchanged(stored.etag), false),
            ] {
                let batch = JobBatch(deletions: [JobBatch.Deletion(name("a"), if: [precondition])])
                let result = try await store.change(batch, by: author, now: start)
                let refused = [FailedPrecondition(name: name("a"), precondition: precondition, isAbsent: true)]
                let made = [DeletedJob(name: name("a"), before: nil, deletedAt: nil)]
                #expect(result == (holds ? .made(puts: [], deletions: made) : .refused(refused)))
            }
        },
    ]
}
