import JobCore
import Store

/// The searches that are measured: every parameter, alone and with others that few or no executions meet together.
struct SearchTable {
    let middle: Instant
    let end: Instant

    private static let often = JobName(service: "big", job: "job-0")
    private static let rarely = JobName(service: "svc-1", job: "job-1")
    private static let dead = JobFilter(names: [JobNamePattern(service: "nobody")])

    private static func service(_ name: String) -> JobFilter { JobFilter(names: [JobNamePattern(service: name)]) }

    private static func job(_ name: JobName) -> JobFilter {
        JobFilter(names: [JobNamePattern(service: name.service, job: name.job)])
    }

    private static let hundred = JobFilter(
        names: (0..<100).map { JobNamePattern(service: $0 % 10 == 0 ? "big" : "svc-\($0 % 40)", job: "job-\($0)") })

    var executions: [(String, ExecutionQuery)] {
        let first = Instant(millisecondsSinceEpoch: 1_800_000_000_000)
        return [
            ("all", ExecutionQuery()),
            ("since, until", ExecutionQuery(since: middle, until: middle.adding(seconds: 3_600))),
            ("until the oldest", ExecutionQuery(until: first.adding(seconds: 60))),
            ("since the future", ExecutionQuery(since: end.adding(seconds: 60))),
            ("service", ExecutionQuery(jobs: Self.service("svc-1"))),
            ("service with a tenth of all jobs", ExecutionQuery(jobs: Self.service("big"))),
            ("service without jobs", ExecutionQuery(jobs: Self.dead)),
            ("job that runs often", ExecutionQuery(jobs: Self.job(Self.often))),
            ("job that runs rarely", ExecutionQuery(jobs: Self.job(Self.rarely))),
            ("job name alone", ExecutionQuery(jobs: JobFilter(names: [JobNamePattern(job: "job-20")]))),
            ("100 names", ExecutionQuery(jobs: Self.hundred)),
            ("job_guid", ExecutionQuery(jobs: JobFilter(ids: [Self.often.id, Self.rarely.id]))),
            ("tag of half the jobs", ExecutionQuery(jobs: JobFilter(tag: "half"))),
            ("tag of five jobs", ExecutionQuery(jobs: JobFilter(tag: "rare"))),
            ("tag of none", ExecutionQuery(jobs: JobFilter(tag: "none"))),
            ("success", ExecutionQuery(status: .success)), ("fail", ExecutionQuery(status: .fail)),
            ("pending", ExecutionQuery(status: .pending)), ("processing", ExecutionQuery(status: .processing)),
            ("reason reported", ExecutionQuery(reason: .reported)), ("reason ttl", ExecutionQuery(reason: .ttl)),
            ("reason cancelled: only very old", ExecutionQuery(reason: .cancelled)),
            ("trigger schedule", ExecutionQuery(trigger: .schedule)),
            ("trigger manual", ExecutionQuery(trigger: .manual)),
            ("trigger backfill: only very old", ExecutionQuery(trigger: .backfill)),
            ("trigger test: none", ExecutionQuery(trigger: .test)),
            ("correlation_id", ExecutionQuery(correlationID: "order-9000")),
            ("correlation_id of none", ExecutionQuery(correlationID: "none")),
            ("retry_of none", ExecutionQuery(retryOf: Execution.id(of: Self.often.id, at: middle))),
        ] + combinations
    }

    private var combinations: [(String, ExecutionQuery)] {
        [
            ("service, fail", ExecutionQuery(jobs: Self.service("svc-1"), status: .fail)),
            ("service, success", ExecutionQuery(jobs: Self.service("svc-1"), status: .success)),
            ("big service, fail, manual", ExecutionQuery(jobs: Self.service("big"), status: .fail, trigger: .manual)),
            ("big service, backfill", ExecutionQuery(jobs: Self.service("big"), trigger: .backfill)),
            ("big service, cancelled", ExecutionQuery(jobs: Self.service("big"), reason: .cancelled)),
            ("big service, pending", ExecutionQuery(jobs: Self.service("big"), status: .pending)),
            ("job, fail", ExecutionQuery(jobs: Self.job(Self.often), status: .fail)),
            ("job, test: none", ExecutionQuery(jobs: Self.job(Self.often), trigger: .test)),
            ("job, middle", ExecutionQuery(jobs: Self.job(Self.often), until: middle)),
            ("half, fail", ExecutionQuery(jobs: JobFilter(tag: "half"), status: .fail)),
            ("half, backfill", ExecutionQuery(jobs: JobFilter(tag: "half"), trigger: .backfill)),
            ("rare, ttl", ExecutionQuery(jobs: JobFilter(tag: "rare"), reason: .ttl)),
            ("rare, success, middle", ExecutionQuery(jobs: JobFilter(tag: "rare"), status: .success, until: middle)),
            ("half, service", ExecutionQuery(jobs: JobFilter(names: [JobNamePattern(service: "svc-2")], tag: "half"))),
            ("fail, manual", ExecutionQuery(status: .fail, trigger: .manual)),
            ("success, backfill", ExecutionQuery(status: .success, trigger: .backfill)),
            ("success, manual, middle", ExecutionQuery(status: .success, trigger: .manual, until: middle)),
            (
                "locked, retry, hour",
                ExecutionQuery(
                    reason: .locked, trigger: .retry, since: middle, until: middle.adding(seconds: 3_600))
            ),
            ("reported, schedule, oldest half", ExecutionQuery(reason: .reported, trigger: .schedule, until: middle)),
            ("correlation_id, fail", ExecutionQuery(status: .fail, correlationID: "order-9000")),
            ("100 names, fail, middle", ExecutionQuery(jobs: Self.hundred, status: .fail, until: middle)),
        ]
    }

    static let jobs: [(String, JobFilter)] = [
        ("all", JobFilter()), ("service", service("svc-1")), ("big service", service("big")), ("one", job(often)),
        ("100 names", hundred), ("name alone", JobFilter(names: [JobNamePattern(job: "job-20")])),
        ("tag of half", JobFilter(tag: "half")), ("tag of five", JobFilter(tag: "rare")),
        ("tag of none", JobFilter(tag: "none")), ("owner", JobFilter(owner: "team-7")),
        ("disabled", JobFilter(isEnabled: false)),
        (
            "half, owner, disabled",
            JobFilter(tag: "half", owner: "team-14", isEnabled: false)
        ),
        ("service, disabled, half", JobFilter(names: [JobNamePattern(service: "big")], tag: "half", isEnabled: false)),
    ]
}
