import Console
import Determinism
import HTTPTypes
import InMemoryLogging
import JSON
import JobCore
import Logging
import Messaging
import MessagingTesting
import StageKit
import Store
import Testing

@Suite struct `The jobs of the admin API` {
    private let api = ConsoleAPI()
    private static let new = "/services/billing/jobs/reminders"

    /// The events that were published about jobs.
    private func changes() throws -> [JSONValue] {
        try api.memory.unrouted.filter { $0.routingKey == "job.changed.billing.reminders" }
            .map { try JSONValue(parsing: $0.body, limits: .trusted) }
    }

    @Test func `are put with the time at which the store writes them, not at which the request came`() async throws {
        let (api, time) = (api, api.time)
        api.store.change { $0.beforeWrite = { time.pass(milliseconds: 5_000) } }
        #expect(try await api.send(.put, "/services/billing/jobs/late", ConsoleAPI.document).status == 201)
        let stored = api.store.content.jobs[JobName(service: "billing", job: "late")]
        #expect(stored?.updatedAt == ConsoleAPI.now.adding(seconds: 5))
    }

    @Test func `are created with 201, replaced with 200, shown, and deleted with 204`() async throws {
        let name = JobName(service: "billing", job: "reminders")
        let created = try await api.send(.put, Self.new, ConsoleAPI.document)
        #expect(created.status == 201)
        let replaced = try await api.send(
            .put, Self.new, ConsoleAPI.document, contentType: "Application/JSON ; charset=utf-8")
        #expect(replaced.status == 200)
        let shown = try await api.send(.get, Self.new)
        #expect(shown.status == 200 && shown.text == replaced.text)
        #expect(try shown.body["service_name"] == .string("billing") && shown.body["job_name"] == .string("reminders"))
        #expect(try shown.body["job_guid"] == .string("\(name.id)") && shown.body["description"] == .null)
        #expect(try shown.body["heartbeat_interval_seconds"] == .integer(30))
        #expect(try await api.send(.delete, Self.new).status == 204)
        #expect(try await api.send(.get, Self.new).status == 404)
        let events = try changes()
        #expect(events.map { $0["job"]?["deleted"] } == [.bool(false), .bool(false), .bool(true)])
        #expect(events.allSatisfy { $0["occurred_at"]?.string == ConsoleAPI.now.rfc3339 })
        // What the event shows of the job is what the API shows.
        guard case .object(var fields)? = events[1]["job"], case .object(let view) = try replaced.body else {
            Issue.record("both are objects")
            return
        }
        fields["deleted"] = nil
        let shownOnly = ["payload", "headers", "next_occurrence", "paused", "etag"]
        #expect(fields == view.filter { !shownOnly.contains($0.key) })
        #expect(events[2]["job"]?["job_guid"]?.string == "\(name.id)")
    }

    @Test func `are put and deleted while the broker is unavailable, since only their event needs it`() async throws {
        api.memory.setAvailable(false)
        #expect(try await api.send(.put, Self.new, ConsoleAPI.document).status == 201)
        #expect(try await api.send(.delete, Self.new).status == 204)
        #expect(api.log.entries.filter { $0.message == "job.changed waits for the broker" }.count == 2)
        let periodic = Periodic(
            api.console.unpublished, broker: api.memory, time: api.time,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        await #expect(throws: PublishError.self) { try await periodic.runOnce(at: ConsoleAPI.now) }
        #expect(try changes().isEmpty)
        api.memory.setAvailable(true)
        for _ in 0..<2 { try await periodic.runOnce(at: ConsoleAPI.now) }
        #expect(try changes().map { $0["job"]?["deleted"] } == [.bool(false), .bool(true)], "each once")
    }

    @Test func `of another service never appear in a service's list`() async throws {
        api.add(JobName(service: "shipping", job: "labels"))
        let list = try await api.send(.get, "/services/billing/jobs")
        #expect(try list.body["results"]?.array.map { $0["job_name"] } == [.string("invoices")])
        let all = try await api.send(.get, "/jobs")
        #expect(try all.body["count"] == .integer(2))
    }

    @Test func `come in pages that together hold each job once`() async throws {
        for number in 0..<6 { api.add(JobName(service: "billing", job: "j\(number)")) }
        var names: [String] = []
        var more: String? = ""
        var pages = 0
        while let token = more, pages < 10 {
            let parameter = token.isEmpty ? "" : "&more=\(token.replacing("=", with: "%3D"))"
            let page = try await api.send(.get, "/services/billing/jobs?limit=3\(parameter)")
            #expect(page.status == 200)
            names += try page.body["results"]?.array.compactMap { $0["job_name"]?.string } ?? []
            more = try page.body["paging"]?["more"]?.string
            pages += 1
        }
        #expect(pages == 3 && names == ["invoices", "j0", "j1", "j2", "j3", "j4", "j5"])
    }

    @Test func `fill a last page exactly, and then there is no further one`() async throws {
        api.add(JobName(service: "billing", job: "j"))
        let page = try await api.send(.get, "/jobs?limit=2")
        #expect(try page.body["count"] == .integer(2) && page.body["paging"] == .object(["more": .null]))
    }
}
