import HTTPTypes
import JSON
import JobCore
import Messaging
import MessagingTesting
import Store
import Testing

@Suite struct `The retry of an execution` {
    private let api = ConsoleAPI()
    private var path: String { "/executions/\(api.execution.id)/retry" }

    private func runRequests() throws -> [RunRequested] {
        try api.memory.waiting(in: WorkQueue.dispatcherRuns.rawValue).map {
            try MessageCoder.decode(RunRequested.self, from: $0.body)
        }
    }

    private func end(_ status: ExecutionStatus = .fail, _ edit: (inout Execution) -> Void = { _ in }) {
        api.store.change { content in
            content.executions[0].state.status = status
            content.executions[0].state.finishedAt = ConsoleAPI.now
            edit(&content.executions[0])
        }
    }

    @Test(arguments: [ExecutionStatus.success, .fail])
    func `is requested as one message that names the execution`(status: ExecutionStatus) async throws {
        end(status)
        let answer = try await api.send(.post, path, key: .own)
        let run = try #require(try runRequests().first)
        #expect(answer.status == 202)
        #expect(
            try answer.body
                == .object([
                    "execution_id": .string("\(run.executionID)"), "retry_of": .string("\(api.execution.id)"),
                ]))
        #expect(
            run
                == RunRequested(
                    executionID: run.executionID, jobName: ConsoleAPI.job, requestedAt: ConsoleAPI.now,
                    retryOf: api.execution.id))
        #expect(run.executionID != api.execution.id)
    }

    @Test(
        arguments: [
            (nil, nil, nil), ("of the run", nil, "of the run"), ("of the run", "{}", "of the run"),
            ("of the run", #"{"payload": "new"}"#, "new"), (nil, #"{"payload": "new"}"#, "new"),
            ("of the run", #"{"payload": ""}"#, ""),
        ] as [(String?, String?, String?)])
    func `has the payload of the request, else that of the run, else that of the job`(
        own: String?, body: String?, payload: String?
    ) async throws {
        end { $0.payload = own }
        #expect(try await api.send(.post, path, body).status == 202)
        #expect(try runRequests().map(\.payload) == [payload])
    }

    @Test(arguments: [ExecutionStatus.pending, .invoked, .processing])
    func `is refused while the execution is open`(status: ExecutionStatus) async throws {
        api.store.change { $0.executions[0].state.status = status }
        let answer = try await api.send(.post, path)
        #expect(try answer.status == 409 && answer.body["code"] == .string("conflict"))
        #expect(try answer.body["message"]?.string?.contains("not over: \(status.rawValue)") == true)
        #expect(api.memory.isIdle)
    }

    @Test func `is refused of a test, of a job that was deleted, and of an unknown execution`() async throws {
        end { $0.trigger = .test }
        #expect(try await api.send(.post, path).status == 409)
        end { $0.trigger = .schedule }
        api.store.change { $0.jobs = [:] }
        let deleted = try await api.send(.post, path)
        #expect(deleted.status == 409)
        #expect(
            try deleted.body["message"] == .string("There is no job billing/invoices any more, so it can't run again."))
        #expect(try await api.send(.post, "/executions/\(ExecutionID.random())/retry").status == 404)
        #expect(try await api.send(.post, "/executions/x/retry").status == 404)
        #expect(api.memory.isIdle)
    }

    @Test(arguments: [(#"{"payload": 1}"#, 422), (#"{"load": "x"}"#, 422), ("[]", 400)])
    func `is refused with a body that is wrong`(body: String, status: Int) async throws {
        end()
        #expect(try await api.send(.post, path, body).status == status)
        #expect(api.memory.isIdle)
    }

    @Test func `is requested while the job is paused or disabled`() async throws {
        end()
        api.store.change { content in
            content.jobs[ConsoleAPI.job]?.job.isEnabled = false
            content.pauses = [JobPause(.service("billing"), begunAt: ConsoleAPI.now, by: "admin")]
        }
        #expect(try await api.send(.post, path).status == 202)
    }

    @Test func `is in the timelines of both executions`() async throws {
        var retry = api.execution
        retry.id = .random()
        retry.trigger = .retry
        retry.retryOf = api.execution.id
        retry.createdAt = ConsoleAPI.now.adding(seconds: 60)
        end { $0.retriedBy = retry.id }
        let made = retry
        api.store.change { $0.executions.append(made) }
        func timeline(_ id: ExecutionID) async throws -> [String] {
            try await api.send(.get, "/executions/\(id)").body["timeline"]?.array.map { entry in
                ["at", "event", "detail"].compactMap { entry[$0]?.string }.joined(separator: " ")
            } ?? []
        }
        #expect(
            try await timeline(api.execution.id) == [
                "\(ConsoleAPI.now.rfc3339) created", "\(ConsoleAPI.now.rfc3339) fail",
                "\(made.createdAt.rfc3339) retried by \(made.id)",
            ])
        #expect(
            try await timeline(made.id) == ["\(made.createdAt.rfc3339) created retry of \(api.execution.id)"])
        api.store.change { _ = $0.executions.removeLast() }
        #expect(try await timeline(api.execution.id).count == 2, "its history was removed")
    }
}
