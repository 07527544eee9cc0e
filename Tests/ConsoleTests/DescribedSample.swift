import HTTPTypes
import JobCore
import Messaging
import Store

@testable import Console

/// Requests to one operation: one that succeeds, and others that are answered otherwise.
struct DescribedSample: Sendable {
    struct Request: Sendable {
        var path: String
        var body: String?
        var key: ConsoleAPI.Key = .admin
        var type = "application/json"
        var headers: [HTTPField.Name: String] = [:]
        /// Makes what it needs.
        var prepare: @Sendable (ConsoleAPI) -> Void = { _ in }

        func with(key: ConsoleAPI.Key) -> Request { with { $0.key = key } }
        func with(type: String) -> Request { with { $0.type = type } }
        func with(body: String) -> Request { with { $0.body = body } }
        func with(path: String) -> Request { with { $0.path = path } }
        func with(header: HTTPField.Name, _ value: String) -> Request { with { $0.headers[header] = value } }
        func with(prepare: @escaping @Sendable (ConsoleAPI) -> Void) -> Request { with { $0.prepare = prepare } }

        private func with(_ change: (inout Request) -> Void) -> Request {
            var request = self
            change(&request)
            return request
        }
    }

    var right: Request
    /// Those besides wrong bodies, keys and faults, which every operation gets.
    var others: [Request]

    /// `paths` are others, which have nothing to find, or are wrong.
    init(
        _ path: String, _ body: String? = nil, paths: [String] = [],
        others: (Request) -> [Request] = { _ in [] }, prepare: @escaping @Sendable (ConsoleAPI) -> Void = { _ in }
    ) {
        let right = Request(path: path, body: body, prepare: prepare)
        self.right = right
        self.others = paths.map { right.with(path: $0) } + others(right)
    }

    private static let job = "/services/billing/jobs/invoices"
    private static let wrongName = "/services/billing/jobs/a%20b"
    private static let letter = "/dead-letters/\(ConsoleAPI.letter().id)"

    /// By the operation's id. An execution's id is `ID`.
    static let all = jobs.merging(executions) { $1 }.merging(pauses) { $1 }.merging(letters) { $1 }
        .merging(overviews) { $1 }

    private static let jobs: [String: DescribedSample] = [
        "listJobs": DescribedSample("/jobs", paths: ["/jobs?limit=0"]),
        "searchJobs": DescribedSample("/jobs", #"{"service_name": ["billing"], "enabled": true}"#),
        "listServiceJobs": DescribedSample("/services/billing/jobs", paths: ["/services/a%20b/jobs"]),
        "searchServiceJobs": DescribedSample("/services/billing/jobs", #"{"job_name": "invoices"}"#),
        "getJob": DescribedSample(
            job, paths: [job + "x", wrongName],
            others: { right in
                [
                    right.with(header: .ifNoneMatch, "*"), right.with(header: .ifMatch, "\"x\""),
                    right.with(header: .ifMatch, "x"),
                ]
            }),
        "putJob": DescribedSample(
            job, ConsoleAPI.document, paths: [job + "?x=1", job + "new"],
            others: { right in
                [right.with(header: .ifNoneMatch, "*")]
            }),
        "deleteJob": DescribedSample(
            job, paths: [job + "x", wrongName],
            others: { right in
                [right.with(header: .ifMatch, "\"x\""), right.with(header: .ifMatch, "x")]
            }),
        "changeJobs": DescribedSample(
            "/jobs:batch",
            """
            {"put": [{"service_name": "billing", "job_name": "new", \(ConsoleAPI.document.dropFirst())],
             "delete": [{"service_name": "billing", "job_name": "invoices"}]}
            """,
            others: { right in
                [right.with(body: #"{"delete": [{"service_name": "billing", "job_name": "invoices", "etag": "x"}]}"#)]
            }),
    ]

    private static let executions: [String: DescribedSample] = [
        "runJob": DescribedSample(job + "/run", #"{"payload": "p"}"#, paths: [job + "x/run"]),
        "getExecution": DescribedSample("/executions/ID", paths: ["/executions/x"]),
        "cancelExecution": DescribedSample(
            "/executions/ID/cancel", paths: ["/executions/x/cancel"],
            others: { [$0.with(key: .read), $0.with(path: "/executions/\(ended.id)/cancel")] },
            prepare: { $0.store.change { $0.executions.append(ended) } }),
        "retryExecution": DescribedSample(
            "/executions/\(ended.id)/retry", #"{"payload": "p"}"#, paths: ["/executions/x/retry"],
            others: { [$0.with(key: .read), $0.with(path: "/executions/ID/retry")] },
            prepare: { $0.store.change { $0.executions.append(ended) } }),
        "listExecutions": DescribedSample("/executions", paths: ["/executions?status=x"]),
        "searchExecutions": DescribedSample("/executions", #"{"trigger": "manual"}"#),
        "listServiceExecutions": DescribedSample(
            "/services/billing/executions", paths: ["/services/billing/executions?x="]),
        "searchServiceExecutions": DescribedSample("/services/billing/executions", #"{"limit": 1}"#),
        "listJobExecutions": DescribedSample(job + "/executions", paths: [job + "/executions?since=x"]),
        "searchJobExecutions": DescribedSample(job + "/executions", #"{"since": 5}"#),
    ]

    /// An execution that is over.
    private static let ended: Execution = {
        var execution = ConsoleAPI().execution
        execution.state.status = .success
        return execution
    }()

    private static let pauses: [String: DescribedSample] = [
        "listPauses": DescribedSample(
            "/pauses", paths: ["/pauses?x=1"], prepare: { pause($0, .service("billing")) }),
        "pauseJob": pause(job, wrong: [job + "x/pause", wrongName + "/pause"]),
        "pauseService": pause("/services/billing", wrong: ["/services/a%20b/pause"]),
        "pauseTag": pause("/tags/night%20ly", wrong: ["/tags/\(longTag)/pause"]),
        "resumeJob": resume(job, .job(ConsoleAPI.job), wrong: [job + "x/resume", wrongName + "/resume"]),
        "resumeService": resume("/services/billing", .service("billing"), wrong: ["/services/a%20b/resume"]),
        "resumeTag": resume("/tags/nightly", .tag("nightly"), wrong: ["/tags/\(longTag)/resume"]),
    ]

    private static let longTag = String(repeating: "a", count: 65)

    private static func pause(_ api: ConsoleAPI, _ subject: JobPause.Subject) {
        let pause = JobPause(subject, begunAt: ConsoleAPI.now, by: "ops")
        api.store.change { $0.pauses.append(pause) }
    }

    private static func pause(_ path: String, wrong: [String]) -> DescribedSample {
        DescribedSample(
            path + "/pause", #"{"note": "moving", "until": "2099-01-01T00:00:00Z"}"#, paths: wrong,
            others: { [$0.with(prepare: { $0.store.change { $0.pausesMax = 0 } })] })
    }

    private static func resume(
        _ path: String, _ subject: JobPause.Subject, wrong: [String]
    ) -> DescribedSample {
        DescribedSample(
            path + "/resume", paths: wrong, others: { [$0.with(prepare: { _ in })] }, prepare: { pause($0, subject) })
    }

    private static let letters: [String: DescribedSample] = [
        "listDeadLetters": DescribedSample("/dead-letters?service=billing", paths: ["/dead-letters?queue=x"]),
        "exportDeadLetters": DescribedSample("/dead-letters:export", paths: ["/dead-letters:export?x=1"]),
        "getDeadLetter": DescribedSample(letter, paths: ["/dead-letters/x", letter + "?x=1"]),
        "replayDeadLetters": DescribedSample("/dead-letters:replay", #"{"all": true}"#),
        "dropDeadLetters": DescribedSample("/dead-letters:drop", #"{"all": true}"#),
    ]

    private static let entry = AuditEntry(
        .jobPut, by: ChangeAuthor(name: "admin", requestID: "8d0f6c1e5a7b4f7c"), at: ConsoleAPI.now,
        service: "billing", job: "invoices", after: #"{"ttl_seconds": 60}"#)

    private static let overviews: [String: DescribedSample] = [
        "explainSchedule": DescribedSample(
            "/schedules:explain?expression=rate(1+day)&time_zone=Europe/Madrid", paths: ["/schedules:explain"]),
        "listSchedules": DescribedSample("/schedules", paths: ["/schedules?limit=0"]),
        "listServices": DescribedSample("/services", paths: ["/services?limit=0"]),
        "getStatus": DescribedSample("/status", paths: ["/status?x=1"]),
        "listAudit": DescribedSample(
            "/audit", paths: ["/audit?action=x"], prepare: { $0.store.change { $0.audit.append(entry) } }),
        "listKeys": DescribedSample("/keys", paths: ["/keys?x=1"]),
        "createKey": DescribedSample(
            "/keys", #"{"name": "deploy", "scope": "service:billing"}"#,
            others: { right in
                [right.with(body: #"{"name": "read", "scope": "read"}"#)]
            }),
        "revokeKey": DescribedSample("/keys/read", paths: ["/keys/absent", "/keys/admin", "/keys/read?x=1"]),
        "getDescription": DescribedSample("/openapi.json"),
    ]
}
