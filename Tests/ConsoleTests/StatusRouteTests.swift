import Determinism
import HTTPTypes
import InMemoryLogging
import JSON
import JobCore
import Logging
import Messaging
import StageKit
import Store
import Testing

@testable import Console

@Suite struct `GET /status` {
    private let api = ConsoleAPI()

    private func codes(_ answer: ConsoleAPI.Answer) throws -> [String] {
        try (answer.body["problems"]?.array ?? []).compactMap { $0["code"]?.string }
    }

    @Test func `shows the store, the broker, stages, queues, jobs and open executions`() async throws {
        api.store.change { content in
            (content.overview.jobs, content.overview.disabledJobs) = (7, 2)
            (content.overview.pending, content.overview.invoked, content.overview.processing) = (3, 2, 1)
            content.overview.oldestOpenAt = ConsoleAPI.now.adding(seconds: -90)
            content.overview.earliestDueAt = ConsoleAPI.now.adding(seconds: -5)
            content.overview.newestOccurrence = ConsoleAPI.now.adding(seconds: -60)
        }
        api.queues.set("courier.deliveries", QueueDepth(ready: 4, consumers: 2))
        api.queues.set(StatusReading.retryLadder[0], QueueDepth(ready: 2, consumers: 0))
        api.queues.set(StatusReading.retryLadder[5], QueueDepth(ready: 3, consumers: 0))
        let answer = try await api.send(.get, "/status")
        let body = try answer.body
        #expect(answer.status == 200 && body["ok"] == .bool(true) && body["problems"] == .array([]))
        #expect(body["now"]?.string == ConsoleAPI.now.rfc3339 && body["store"] == .string("ok"))
        #expect(body["broker"] == .string("ok") && body["retry_ladder"]?["ready"] == .integer(5))
        let stages = body["stages"]?.array ?? []
        #expect(stages.count == 8 && stages.allSatisfy { $0["state"] == .string("ok") && $0["detail"] == .null })
        let queues = body["queues"]?.array ?? []
        #expect(queues.count == WorkQueue.allCases.count)
        let deliveries = try #require(queues.first { $0["queue"] == .string("courier.deliveries") })
        #expect(
            deliveries
                == .object([
                    "queue": .string("courier.deliveries"), "stage": .string("courierd"), "ready": .integer(4),
                    "consumers": .integer(2), "oldest_seconds_max": .integer(0), "dead_letters": .integer(0),
                ]))
        #expect(queues.first { $0["queue"] == .string("ticker.baton") }?["dead_letters"] == .null)
        #expect(
            body["jobs"] == .object(["total": .integer(7), "disabled": .integer(2), "paused": .integer(0)]))
        #expect(
            body["executions"]
                == .object([
                    "open": .integer(6), "pending": .integer(3), "invoked": .integer(2), "processing": .integer(1),
                    "oldest_open_at": .string(ConsoleAPI.now.adding(seconds: -90).rfc3339),
                ]))
        #expect(body["lateness"]?["late_seconds"] == .integer(5))
        #expect(body["lateness"]?["newest_occurrence_seconds"] == .integer(60))
    }

    @Test(arguments: [(ConsoleAPI.Key.admin, 200), (.read, 200), (.own, 403), (.other, 403), (.none, 401)])
    func `is for those who may see everything`(key: ConsoleAPI.Key, status: Int) async throws {
        #expect(try await api.send(.get, "/status", key: key).status == status)
    }

    @Test func `is answered while the broker or the store fails, and names no place`() async throws {
        api.queues.fail(.unavailable("amqp://secret.internal"))
        let answer = try await api.send(.get, "/status")
        #expect(answer.status == 200 && !answer.text.contains("secret"))
        #expect(try codes(answer) == ["broker_unavailable"])
        #expect(try answer.body["queues"]?.array.first?["ready"] == .null && answer.body["jobs"] != .null)
        #expect(api.log.entries.contains { $0.metadata["error"]?.description.contains("secret") == true })
        api.queues.fail(nil)
        api.store.change { $0.failure = .unavailable("/var/lib/secret") }
        api.time.pass(milliseconds: StatusProbe.freshMilliseconds)
        let second = try await api.send(.get, "/status")
        #expect(try second.status == 200 && codes(second) == ["store_unavailable"] && !second.text.contains("secret"))
        #expect(try second.body["jobs"] == .null && second.body["executions"] == .null)
    }

    @Test(arguments: StorageFault.Kind.allCases)
    func `says why a store that can be read can't be written to`(kind: StorageFault.Kind) async throws {
        api.store.change { $0.storageFault = StorageFault(kind, detail: "/var/lib/secret") }
        let answer = try await api.send(.get, "/status")
        let code = kind == .unreachable ? "store_unavailable" : "store_fault"
        #expect(try codes(answer) == [code] && answer.body["store"] == .string(StoreCondition(kind).rawValue))
        #expect(try answer.body["jobs"] != .null)
    }

    @Test func `tells a broker that takes no messages from one that gives no answer`() async throws {
        let blocked = ConsoleAPI(broker: FailingBroker(error: .refused))
        let answer = try await blocked.send(.get, "/status")
        #expect(try codes(answer) == ["broker_blocked"] && answer.body["broker"] == .string("blocked"))
    }

    @Test func `asks once for all requests of a second`() async throws {
        for _ in 0..<3 { #expect(try await api.send(.get, "/status").status == 200) }
        #expect(api.queues.questions == 1)
        api.time.pass(milliseconds: StatusProbe.freshMilliseconds)
        api.queues.hold()
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await api.send(.get, "/status").status } }
            while api.queues.questions < 2 { await Task.yield() }
            api.queues.release()
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: 20) && api.queues.questions == 2)
    }

    @Test func `is answered in time while the broker and the store hang`() async throws {
        let probe = StatusProbe(
            store: api.store, queues: api.queues, publishing: api.memory, time: api.time,
            logger: Logger(label: "test"), waitMaxMilliseconds: 50)
        api.store.hold()
        api.queues.hold()
        for _ in 0..<2 {
            let reading = await probe.read()
            #expect(reading.store == .noAnswer && reading.broker == .unavailable)
            #expect(reading.overview == nil && reading.depths == nil)
        }
        #expect(api.queues.questions == 1, "nobody asks again while a question hangs")
        api.store.release()
        api.queues.release()
    }

    @Test func `is answered 503 in time while the store does not even find the key`() async throws {
        api.store.change { $0.holdsKeys = true }
        api.store.hold()
        let answer = try await api.send(.get, "/status")
        #expect(answer.status == 503 && answer.headers[.retryAfter] == "2")
        api.store.release()
    }

    @Test func `knows no parameters`() async throws {
        #expect(try await api.send(.get, "/status?x=1").status == 422)
    }
}
