import HTTPTypes
import JSON
import JobCore
import Store
import Testing

@testable import Console

@Suite struct `The lists of services and of schedules` {
    private let api = ConsoleAPI()

    private func put(_ service: String, _ job: String, _ schedule: ScheduleKey, isEnabled: Bool = true) {
        let job = Job(
            name: JobName(service: service, job: job), isEnabled: isEnabled,
            target: InvocationTarget(kind: .http, address: "https://example.com/"), schedule: schedule, ttlSeconds: 60)
        api.store.change {
            $0.jobs[job.name] = StoredJob(
                job: job, effectiveAfter: ConsoleAPI.now, createdAt: ConsoleAPI.now, updatedAt: ConsoleAPI.now)
        }
    }

    /// All items, page by page.
    private func all(_ path: String, limit: Int) async throws -> [JSONValue] {
        var (items, more) = ([JSONValue](), "")
        repeat {
            let answer = try await api.send(.get, "\(path)limit=\(limit)\(more)")
            try #require(answer.status == 200)
            let page = try answer.body
            #expect(page["count"] == .integer(Int64(page["results"]?.array.count ?? -1)))
            items += page["results"]?.array ?? []
            more = page["paging"]?["more"]?.string.map { "&more=\($0)" } ?? ""
        } while !more.isEmpty
        return items
    }

    @Test(arguments: [1, 2, 100]) func `have every service once, with the numbers of its jobs`(limit: Int) async throws
    {
        put("audit", "a", ScheduleKey("rate(1 day)"))
        put("audit", "b", ScheduleKey("rate(1 day)"), isEnabled: false)
        put("zoo", "a", ScheduleKey("rate(1 day)"))
        let services = try await all("/services?", limit: limit)
        #expect(
            services
                == [("audit", 2, 1), ("billing", 1, 0), ("zoo", 1, 0)].map { name, jobs, disabled in
                    .object([
                        "service_name": .string(name), "jobs": .integer(jobs), "disabled": .integer(disabled),
                        "paused": .integer(0),
                    ])
                })
        #expect(try await all("/services?service_name=audit&", limit: limit).count == 1)
        #expect(try await all("/services?service_name=none&", limit: limit).isEmpty)
    }

    @Test(arguments: [1, 2, 100])
    func `have every schedule once, with its next occurrence while a job is enabled`(limit: Int) async throws {
        let berlin = ScheduleKey(
            "cron(0 8 * * ? *)", timeZone: "Europe/Berlin", dst: DSTPolicy(gap: .shift, overlap: .both))
        put("audit", "a", berlin)
        put("audit", "b", berlin, isEnabled: false)
        put("audit", "c", ScheduleKey("rate(1 day)"), isEnabled: false)
        put("audit", "d", ScheduleKey("at(2001-01-01T00:00:00)"))
        let schedules = try await all("/schedules?", limit: limit)
        #expect(
            schedules.map { $0["expression"]?.string } == [
                "at(2001-01-01T00:00:00)", "cron(0 8 * * ? *)", "rate(1 day)", "rate(5 minutes)",
            ])
        let next = try #require(try berlin.parsed().next(after: ConsoleAPI.now))
        #expect(
            schedules[1]
                == .object([
                    "expression": .string("cron(0 8 * * ? *)"), "time_zone": .string("Europe/Berlin"),
                    "dst": .string("shift,both"), "jobs": .integer(2), "disabled": .integer(1),
                    "next_occurrence": .string(next.rfc3339),
                ]))
        #expect(schedules[0]["next_occurrence"] == .null && schedules[2]["next_occurrence"] == .null)
        #expect(try await all("/schedules?service_name=billing&", limit: limit).count == 1)
    }

    @Test(arguments: ["/services", "/schedules"])
    func `refuse wrong parameters, and a service's key without its service`(path: String) async throws {
        for query in ["limit=0", "limit=1001", "more=x", "more=", "service_name=a%20b", "x=1"] {
            #expect(try await api.send(.get, "\(path)?\(query)").status == 422, "\(query)")
        }
        #expect(try await api.send(.get, path, key: .own).status == 403)
        #expect(try await api.send(.get, "\(path)?service_name=billing", key: .own).status == 200)
        #expect(try await api.send(.get, "\(path)?service_name=billing", key: .other).status == 403)
    }

    @Test(arguments: ["rate(1 day)", "cron(0/5 8-17 ? * MON-FRI *)", "", "a\nb"])
    func `lead from page to page by tokens that nobody else can make`(expression: String) {
        let key = ScheduleKey(expression, timeZone: "America/Argentina/Buenos_Aires", dst: .default)
        #expect(Paging.schedule(Paging.token(after: key)) == key)
        #expect(Paging.serviceName(Paging.token(afterService: "a.b-c")) == "a.b-c")
        for token in ["", "x", Paging.token(afterService: "a b"), Paging.token(afterService: "UTC\nrate(1 day)")] {
            #expect(Paging.schedule(token) == nil && Paging.serviceName(token) == nil)
        }
    }
}
