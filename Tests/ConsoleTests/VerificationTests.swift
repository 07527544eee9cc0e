import Determinism
import HTTPTypes
import JSON
import JobCore
import Messaging
import MessagingTesting
import Store
import Synchronization
import Testing

@testable import Console

@Suite struct `A job that is put with verify=true` {
    private let api = ConsoleAPI()
    private static let name = JobName(service: "billing", job: "reminders")
    private static let path = "/services/billing/jobs/reminders"

    private func tests() throws -> [RunRequested] {
        try api.memory.waiting(in: WorkQueue.dispatcherRuns.rawValue).map {
            try MessageCoder.decode(RunRequested.self, from: $0.body)
        }
    }

    /// What the other stages record: a test that is pending for some time and then ends.
    private func script(
        _ status: ExecutionStatus, _ reason: FailureReason? = nil, error: String? = nil,
        obstacle: Attempt.Obstacle? = nil, afterMilliseconds: Int64 = 700
    ) {
        let time = api.time
        api.store.change { content in
            content.recorded = { id in
                guard time.monotonicMilliseconds() >= 300 else { return nil }
                var execution = Self.pending(id)
                guard time.monotonicMilliseconds() >= afterMilliseconds else { return execution }
                (execution.state.status, execution.state.reason) = (status, reason)
                execution.attempts = [
                    Attempt(
                        number: 1, at: ConsoleAPI.now, statusCode: nil, latencyMilliseconds: 5, error: error,
                        obstacle: obstacle)
                ]
                return execution
            }
        }
    }

    private static func pending(_ id: ExecutionID) -> Execution {
        let job = Job(
            name: name, target: InvocationTarget(kind: .http, address: "https://example.com/"),
            schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60)
        return .test(id, of: job.forTest, at: ConsoleAPI.now, now: ConsoleAPI.now)
    }

    @Test func `is stored once its target has accepted a test of this very job`() async throws {
        script(.success)
        let answer = try await api.send(.put, Self.path + "?verify=true", ConsoleAPI.document, key: .own)
        #expect(answer.status == 201)
        let stored = try #require(api.store.content.jobs[Self.name])
        let test = try #require(try tests().first)
        #expect(try tests().count == 1 && test.test == stored.job.forTest && test.jobName == Self.name)
        #expect(test.requestedAt == ConsoleAPI.now && stored.updatedAt > ConsoleAPI.now)
    }

    @Test func `is refused with the answer on record, and nothing is stored or replaced`() async throws {
        script(.fail, .invocation, error: "status 500: no such hook")
        for (path, before) in [(Self.path, nil), ("/services/billing/jobs/invoices", "https://example.com/hook")] {
            let document = ConsoleAPI.document.replacing("/hook", with: "/new")
            let answer = try await api.send(.put, path + "?verify=true", document)
            let error = try #require(try answer.body["errors"]?.array.first)
            #expect(answer.status == 422 && error["field"]?.string == "/invocation_target")
            #expect(error["code"]?.string == "not_accepted")
            #expect(error["message"]?.string == "did not accept the test delivery: status 500: no such hook")
            let id = try #require(try tests().last?.executionID)
            #expect(try answer.body["execution_id"]?.string == "\(id)")
            #expect(error["hint"]?.string?.contains("GET /executions/\(id)") == true)
            let name = try #require(JobName(text: String(path.dropFirst(10).replacing("/jobs", with: ""))))
            #expect(api.store.content.jobs[name]?.job.target.address == before)
        }
    }

    @Test(arguments: ["put", "deleted", "deleted and put", "put as a new one"])
    func `is answered 409 if it was put or deleted during the test, and what is on record then stays`(change: String)
        async throws
    {
        let name = change == "put as a new one" ? Self.name : ConsoleAPI.job
        let (store, time) = (api.store, api.time)
        let id = Mutex<ExecutionID?>(nil)
        let changed = Job(
            name: name, target: InvocationTarget(kind: .http, address: "https://example.com/of-another-person"),
            schedule: ScheduleKey("rate(9 minutes)"), ttlSeconds: 60)
        store.change { content in
            content.recorded = { test in
                let isFirst = id.withLock { id in
                    defer { id = test }
                    return id == nil
                }
                if isFirst {
                    store.change { content in
                        let now = time.now()
                        let new = StoredJob(job: changed, effectiveAfter: now, createdAt: now, updatedAt: now)
                        content.jobs[name] = change == "deleted" ? nil : new
                    }
                }
                var execution = Self.pending(test)
                execution.state.status = .success
                return execution
            }
        }
        let path = "/services/\(name.service)/jobs/\(name.job)?verify=true"
        let answer = try await api.send(.put, path, ConsoleAPI.document)
        #expect(try answer.status == 409 && answer.body["code"]?.string == "conflict")
        #expect(try tests().map(\.executionID) == [id.withLock { $0 }], "the test was made")
        #expect(store.content.jobs[name]?.job == (change == "deleted" ? nil : changed))
        #expect(!api.memory.unrouted.contains { $0.routingKey.hasPrefix(RoutingKey.jobChanged) })
    }

    @Test func `is answered 503 with what was missing if the installation could not test its target`() async throws {
        script(.fail, .invocation, error: "SQS: ThrottlingException", obstacle: .sqs)
        let answer = try await api.send(.put, Self.path + "?verify=true", ConsoleAPI.document)
        let error = try #require(try answer.body["errors"]?.array.first)
        #expect(answer.status == 503 && answer.headers[.retryAfter] == "2")
        #expect(try answer.body["code"]?.string == "unavailable" && error["code"]?.string == "not_tested")
        #expect(
            error["message"]?.string
                == "could not be tested, because of the installation: SQS: ThrottlingException")
        #expect(error["hint"]?.string?.hasPrefix("Send the same request again when SQS answers.") == true)
        let id = try #require(try tests().last?.executionID)
        #expect(try answer.body["execution_id"]?.string == "\(id)")
        #expect(api.store.content.jobs[Self.name] == nil)
    }

    @Test func `is answered 503 if the test was not made in time, which is then cancelled`() async throws {
        for isOnRecord in [false, true] {
            api.store.change { content in
                content.recorded = { id in isOnRecord ? Self.pending(id) : nil }
            }
            let begun = api.time.monotonicMilliseconds()
            let answer = try await api.send(.put, Self.path + "?verify=true", ConsoleAPI.document)
            #expect(answer.status == 503 && answer.headers[.retryAfter] == "2")
            #expect(try answer.body["execution_id"]?.string == "\(try #require(try tests().last).executionID)")
            let waited = api.time.monotonicMilliseconds() - begun
            #expect((22_000...22_100).contains(waited))
            #expect(api.store.content.jobs[Self.name] == nil)
        }
        let test = try #require(try tests().last)
        let queue = WorkQueue.ingesterReports(ReportLine(of: test.executionID))
        #expect(api.memory.waiting(in: queue.rawValue).count == 1, "one that is not on record can't be cancelled")
    }

    @Test(arguments: [FailureReason.ttl, .cancelled, .missed])
    func `is answered 503 if its test ended without an attempt`(reason: FailureReason) async throws {
        script(.fail, reason)
        #expect(try await api.send(.put, Self.path + "?verify=true", ConsoleAPI.document).status == 503)
        #expect(api.store.content.jobs[Self.name] == nil)
    }

    @Test func `never waits for longer than 22 s`() async throws {
        let document = ConsoleAPI.document.dropLast() + ", \"timeout_seconds\": 120}"
        #expect(try await api.send(.put, Self.path + "?verify=true", String(document)).status == 503)
        #expect((22_000...22_100).contains(api.time.monotonicMilliseconds()))
    }

    @Test func `is answered 429 while its key has its share of verifications at work, and delays no other`()
        async throws
    {
        let (api, verifications) = (api, api.console.verifications)
        script(.success)
        for _ in 0..<KeyShare.Kind.verifications.limit { #expect(verifications.begin("own") != nil) }
        let refused = try await api.send(.put, Self.path + "?verify=true", ConsoleAPI.document, key: .own)
        #expect(try refused.status == 429 && tests().isEmpty)
        #expect(try await api.send(.put, Self.path, ConsoleAPI.document, key: .own).status == 201)
        #expect(try await api.send(.put, Self.path + "?verify=true", ConsoleAPI.document).status == 200)
        verifications.end("own")
        for _ in 0..<2 {
            let answer = try await api.send(.put, Self.path + "?verify=true", ConsoleAPI.document, key: .own)
            #expect(answer.status == 200, "one that has ended leaves its place to the next")
        }
    }

    @Test(arguments: ["", "?verify=false"]) func `is not tested without it`(query: String) async throws {
        #expect(try await api.send(.put, Self.path + query, ConsoleAPI.document).status == 201)
        #expect(try tests().isEmpty)
    }

    @Test func `is not tested if the query, the job or the key is wrong, or the broker is unavailable`() async throws {
        for query in ["?verify=yes", "?verify=", "?verify", "?verify=true&verify=true", "?verify=true&x=1"] {
            #expect(try await api.send(.put, Self.path + query, ConsoleAPI.document).status == 422)
        }
        #expect(try await api.send(.put, Self.path + "?verify=true", "{}").status == 422)
        for key in [ConsoleAPI.Key.other, .read] {
            #expect(try await api.send(.put, Self.path + "?verify=true", ConsoleAPI.document, key: key).status == 403)
        }
        api.memory.setAvailable(false)
        #expect(try await api.send(.put, Self.path + "?verify=true", ConsoleAPI.document).status == 503)
        #expect(try tests().isEmpty && api.store.content.jobs[Self.name] == nil)
    }

    @Test func `is tested with the values of its hidden headers`() async throws {
        let path = "/services/billing/jobs/invoices"
        func document(_ value: String) -> String {
            ConsoleAPI.document.dropLast() + ", \"headers\": {\"X-A\": \"\(value)\"}}"
        }
        #expect(try await api.send(.put, path, document("secret")).status == 200)
        script(.success)
        #expect(try await api.send(.put, path + "?verify=true", document("***"), key: .own).status == 200)
        #expect(try tests().first?.test?.headers == ["X-A": "secret"])
    }
}
