import JobCore
import Store
import StoreRows
import Testing

@Suite struct `The plan of a batch of changes of jobs` {
    private static let start = Instant(secondsSinceEpoch: 1_900_000_000)
    private static let later = start.adding(seconds: 60)
    private static let author = ChangeAuthor(name: "ci", requestID: "0123456789abcdef")

    private static func job(_ name: String, isExclusive: Bool = false, ttlSeconds: Int64 = 60) -> Job {
        Job(
            name: JobName(service: "billing", job: name), isExclusive: isExclusive,
            target: InvocationTarget(kind: .http, address: "https://example.com/"),
            schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: ttlSeconds)
    }

    /// A job as a store holds it that was created at an instant and not changed since.
    private static func stored(_ job: Job, at instant: Instant = start) -> StoredJob {
        StoredJob(job: job, effectiveAfter: instant, createdAt: instant, updatedAt: instant)
    }

    /// The plan at `later`, with these jobs on record.
    private static func plan(_ batch: JobBatch, before jobs: [Job] = []) -> JobBatchPlan {
        plan(batch, before: Dictionary(uniqueKeysWithValues: jobs.map { ($0.name, JobBefore(stored($0))) }))
    }

    private static func plan(_ batch: JobBatch, before jobs: [JobName: JobBefore]) -> JobBatchPlan {
        JobBatchPlan(batch, before: jobs, by: author, now: later)
    }

    private static func plan(puts jobs: [Job], before: [Job] = []) -> JobBatchPlan {
        plan(JobBatch(puts: jobs.map { JobBatch.Put($0) }), before: before)
    }

    /// The jobs that are written.
    private static func written(by plan: JobBatchPlan) -> [StoredJob] {
        plan.steps.compactMap { step in
            guard case .write(let stored) = step else { return nil }
            return stored
        }
    }

    private static func entries(of plan: JobBatchPlan) -> [AuditEntry] {
        plan.steps.compactMap { step in
            guard case .audit(let entry) = step else { return nil }
            return entry
        }
    }

    /// What the steps do, each in a few words.
    private static func outline(_ plan: JobBatchPlan) -> [String] {
        plan.steps.map { step in
            switch step {
            case .write(let stored): "write \(stored.job.name.job)"
            case .noteEarlierRuns(let name): "note the runs of \(name.job)"
            case .forgetLastSuccess(let name): "forget the success of \(name.job)"
            case .delete(let name): "delete \(name.job)"
            case .audit(let entry): "\(entry.action.rawValue) \(entry.job ?? "")"
            }
        }
    }

    /// Why, the jobs that are put, those on record, and the steps.
    private static let puts: [(String, [Job], [Job], [String])] = [
        (
            "a job that is not there is written, and takes no success of its former life",
            [job("a")], [], ["write a", "forget the success of a", "job.put a"]
        ),
        (
            "an exclusive job that is not there may have runs of its former life, too",
            [job("a", isExclusive: true)], [],
            ["write a", "note the runs of a", "forget the success of a", "job.put a"]
        ),
        ("a job that is put as it is needs nothing", [job("a")], [job("a")], []),
        ("an exclusive one needs nothing either", [job("a", isExclusive: true)], [job("a", isExclusive: true)], []),
        ("a job that changes is written", [job("a", ttlSeconds: 9)], [job("a")], ["write a", "job.put a"]),
        (
            "a job that becomes exclusive waits for its open runs",
            [job("a", isExclusive: true)], [job("a")], ["write a", "note the runs of a", "job.put a"]
        ),
        (
            "a job that changes and stays exclusive has no earlier runs",
            [job("a", isExclusive: true, ttlSeconds: 9)], [job("a", isExclusive: true)], ["write a", "job.put a"]
        ),
        (
            "a job that is exclusive no more waits for none",
            [job("a")], [job("a", isExclusive: true)], ["write a", "job.put a"]
        ),
        (
            "puts are made in their order, and other jobs on record stay",
            [job("b", ttlSeconds: 9), job("a", ttlSeconds: 9)], [job("a"), job("b"), job("c")],
            ["write b", "job.put b", "write a", "job.put a"]
        ),
    ]

    @Test(arguments: puts)
    func `has the steps that a put needs`(reason: String, puts: [Job], before: [Job], steps: [String]) {
        let plan = Self.plan(puts: puts, before: before)
        #expect(Self.outline(plan) == steps, "\(reason)")
        #expect(plan.isChanged == !steps.isEmpty, "\(reason)")
    }

    @Test func `answers a new job as it is stored, and audits it`() {
        let plan = Self.plan(puts: [Self.job("a")])
        let new = Self.stored(Self.job("a"), at: Self.later)
        #expect(plan.result == .made(puts: [PutJob(before: nil, stored: new, isNew: true)], deletions: []))
        #expect(Self.written(by: plan) == [new])
        #expect(Self.entries(of: plan) == [AuditEntry(put: new, replacing: nil, by: Self.author)])
    }

    @Test func `answers a put that changes nothing with the job as it was, and is no change`() {
        let plan = Self.plan(puts: [Self.job("a")], before: [Self.job("a")])
        let stored = Self.stored(Self.job("a"))
        #expect(plan.result == .made(puts: [PutJob(before: stored, stored: stored, isNew: false)], deletions: []))
        #expect(plan.steps.isEmpty && !plan.isChanged)
    }

    @Test func `has the second of two puts of one name replace the first, which it sees as the job before`() {
        let plan = Self.plan(puts: [Self.job("a", ttlSeconds: 1), Self.job("a", isExclusive: true)])
        let first = Self.stored(Self.job("a", ttlSeconds: 1), at: Self.later)
        let second = Self.stored(Self.job("a", isExclusive: true), at: Self.later)
        let puts = [
            PutJob(before: nil, stored: first, isNew: true), PutJob(before: first, stored: second, isNew: false),
        ]
        #expect(plan.result == .made(puts: puts, deletions: []))
        #expect(
            Self.outline(plan) == [
                "write a", "forget the success of a", "job.put a", "write a", "note the runs of a", "job.put a",
            ])
        #expect(Self.written(by: plan) == [first, second])
        #expect(Self.entries(of: plan).last == AuditEntry(put: second, replacing: first, by: Self.author))
    }

    @Test func `has no second change for a job that is put twice alike`() {
        let plan = Self.plan(puts: [Self.job("a"), Self.job("a")])
        #expect(Self.outline(plan) == ["write a", "forget the success of a", "job.put a"])
    }

    @Test func `has no step when a precondition does not hold, and names each one at fault`() {
        let batch = JobBatch(
            puts: [JobBatch.Put(Self.job("new")), JobBatch.Put(Self.job("old", ttlSeconds: 9), if: [.absent])],
            deletions: [JobBatch.Deletion(Self.job("none").name, if: [.exists])])
        let plan = Self.plan(batch, before: [Self.job("old")])
        let failed = [
            FailedPrecondition(name: Self.job("old").name, precondition: .absent, isAbsent: false),
            FailedPrecondition(name: Self.job("none").name, precondition: .exists, isAbsent: true),
        ]
        #expect(plan.result == .refused(failed))
        #expect(plan.steps.isEmpty && !plan.isChanged)
    }

    @Test func `judges all preconditions by what was on record before the batch`() {
        let puts = [1, 2].map { JobBatch.Put(Self.job("a", ttlSeconds: $0), if: [.absent]) }
        let plan = Self.plan(JobBatch(puts: puts, deletions: [JobBatch.Deletion(Self.job("a").name, if: [.absent])]))
        #expect(Self.written(by: plan).map(\.job.ttlSeconds) == [1, 2])
        #expect(Self.outline(plan).suffix(2) == ["delete a", "job.deleted a"])
    }

    @Test func `deletes a job once, and answers and audits it as it was`() {
        let name = Self.job("a").name
        let batch = JobBatch(deletions: [JobBatch.Deletion(name), JobBatch.Deletion(name)])
        let plan = Self.plan(batch, before: [Self.job("a")])
        let stored = Self.stored(Self.job("a"))
        let deletions = [
            DeletedJob(name: name, before: stored, deletedAt: Self.later),
            DeletedJob(name: name, before: nil, deletedAt: nil),
        ]
        #expect(plan.result == .made(puts: [], deletions: deletions))
        #expect(Self.outline(plan) == ["delete a", "job.deleted a"] && plan.isChanged)
        #expect(Self.entries(of: plan) == [AuditEntry(deleted: name, stored, by: Self.author, at: Self.later)])
    }

    @Test func `has no step for the deletion of a job that is not there`() {
        let name = Self.job("none").name
        let plan = Self.plan(JobBatch(deletions: [JobBatch.Deletion(name)]), before: [Self.job("a")])
        #expect(plan.result == .made(puts: [], deletions: [DeletedJob(name: name, before: nil, deletedAt: nil)]))
        #expect(plan.steps.isEmpty && !plan.isChanged)
    }

    /// What a row says of when its job was created, and what is taken for it.
    private static let creations: [(Int64?, Instant)] = [
        (start.millisecondsSinceEpoch, start), (nil, Instant.recordable.lowerBound),
        (-1, Instant.recordable.lowerBound), (.max, Instant.recordable.lowerBound),
    ]

    @Test(arguments: creations)
    func `replaces a job that can't be read as one that is there, created when its row says or at the earliest`(
        createdMilliseconds: Int64?, createdAt: Instant
    ) {
        let before = JobBefore(unreadableSince: createdMilliseconds)
        #expect(!before.isAbsent && before.stored == nil && !before.isExclusive)
        let job = Self.job("a", isExclusive: true)
        let batch = JobBatch(puts: [JobBatch.Put(job, if: [.exists])])
        let plan = Self.plan(batch, before: [job.name: before])
        let stored = StoredJob(job: job, effectiveAfter: Self.later, createdAt: createdAt, updatedAt: Self.later)
        #expect(plan.result == .made(puts: [PutJob(before: nil, stored: stored, isNew: false)], deletions: []))
        #expect(Self.outline(plan) == ["write a", "note the runs of a", "job.put a"])
        #expect(Self.written(by: plan) == [stored] && plan.isChanged)
    }

    @Test func `deletes a job that can't be read like any other`() {
        let name = Self.job("a").name
        let batch = JobBatch(deletions: [JobBatch.Deletion(name, if: [.exists])])
        let before = JobBefore(unreadableSince: Self.start.millisecondsSinceEpoch)
        let plan = Self.plan(batch, before: [name: before])
        let deletion = DeletedJob(name: name, before: nil, deletedAt: Self.later)
        #expect(plan.result == .made(puts: [], deletions: [deletion]))
        #expect(Self.outline(plan) == ["delete a", "job.deleted a"] && plan.isChanged)
        #expect(Self.entries(of: plan).first?.before == nil)
    }
}
