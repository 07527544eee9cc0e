import Foundation
import JSON
import JobCore
import Messaging
import TestServers
import Testing

extension EndToEnd {
    /// What subscribers get of the events.
    @Suite struct EventTests {
        private static let types = [
            "execution.created", "execution.started", "execution.progressed", "execution.finished",
        ]

        private static func put(_ job: String, _ belfry: Installation) async throws {
            let service = try await EndToEnd.service()
            let put = try await belfry.put(
                job,
                [
                    "invocation_target": .string("\(service.url)/succeed?heartbeats=1&every_ms=50"),
                    "schedule": EndToEnd.never, "headers": .object(["X-Key": .string("not-for-others")]),
                    "payload": .string("not-for-others"),
                ])
            #expect(put.status == 201)
        }

        @Test func `a subscriber gets every event of a run and of its job, each as its schema describes it`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            try await EventSubscriber.with("all", belfry) { subscriber in
                try await Self.put("seen.by-all", belfry)
                let id = try await EndToEnd.run("seen.by-all")
                _ = try await EndToEnd.ended(id)
                #expect(try await belfry.api("DELETE", "/services/test/jobs/seen.by-all").status == 204)
                let events = try await until("all events of the run and the job have arrived") {
                    let events = await subscriber.received().filter { event in
                        event.executionID == id || event.body["job"]?["job_name"]?.string == "seen.by-all"
                    }
                    let jobs = events.filter { $0.type == "job.changed" }.map { $0.body["job"]?["deleted"] }
                    return Set(events.map(\.type)).isSuperset(of: Self.types) && jobs.contains(.bool(true))
                        && jobs.contains(.bool(false)) ? events : nil
                }
                for event in events {
                    #expect(event.routingKey == "\(event.type).test.seen_by-all")
                    #expect(event.id == event.body["id"]?.string && event.body["schema"]?.string == "belfry.event/1")
                    #expect(!event.body.text.contains("not-for-others"))
                }
                let finished = try #require(events.first { $0.type == "execution.finished" })
                let shown = try await belfry.api("GET", "/executions/\(id)").body
                guard case .object(let fields)? = finished.body["execution"] else {
                    Issue.record("an event has the execution")
                    return
                }
                for (name, value) in fields { #expect(shown[name] == value, "\(name)") }
                #expect(try await Self.validated(events) == events.count)
            }
        }

        /// Validates events with the package jsonschema, and returns their number. The script also finds each of them
        /// invalid once a field is taken out.
        private static func validated(_ events: [EventSubscriber.Event]) async throws -> Int {
            let file = FileManager.default.temporaryDirectory.appending(component: UUID().uuidString)
            try events.map(\.body.text).joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(at: file) }
            let python = try await Program.script("python").trimmingCharacters(in: .whitespacesAndNewlines)
            let finished = try await Program.run(
                python, ["\(Project.root)/Tests/Python/event_schemas.py", "\(Project.root)/docs/events", file.path])
            #expect(finished.status == 0, "\(finished.output) \(finished.errors)")
            return Int(finished.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
        }

        /// Guarantee: every execution has its events `created` and `finished` at least once.
        @Test
        func `no execution lacks its creation or its end, though dispatcher and recorder are killed time and again`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let job = "watched-through-kills"
            try await Self.put(job, belfry)
            try await EventSubscriber.with("kills", belfry) { subscriber in
                let runs = Task {
                    while !Task.isCancelled, (try? await EndToEnd.run(job)) != nil {
                        try? await Task.sleep(for: .milliseconds(25))
                    }
                }
                defer { runs.cancel() }
                try await Self.crashAll(belfry, rounds: 4) { try await Self.untilMoreEnd(20, subscriber) }
                try await Self.untilMoreEnd(20, subscriber)
                runs.cancel()
                await runs.value
                try await EndToEnd.untilQueuesAreEmpty()
                let record = try await until("all runs have ended", withinSeconds: 90) {
                    let record = try await belfry.executions(of: job)
                    return record.allSatisfy { ["success", "fail"].contains($0["status"]?.string) } ? record : nil
                }
                #expect(record.count >= 9 * 20)
                #expect(record.allSatisfy { $0["status"]?.string == "success" })
                let ids = Set(record.compactMap { $0["execution_id"]?.string })
                for type in ["execution.created", "execution.finished"] {
                    _ = try await until("each of \(ids.count) executions has \(type)") {
                        await subscriber.executions(type).isSuperset(of: ids) ? true : nil
                    }
                }
                // The same change always has the same id.
                let own = await subscriber.received().filter { ids.contains($0.executionID) }
                for (_, same) in Dictionary(grouping: own, by: \.id) {
                    #expect(Set(same.map { $0.body["occurred_at"]?.string }).count == 1)
                    #expect(Set(same.map(\.routingKey)).count == 1)
                }
            }
        }

        /// Waits for the ends of that many more runs.
        private static func untilMoreEnd(_ count: Int, _ subscriber: EventSubscriber) async throws {
            let before = await subscriber.executions("execution.finished").count
            _ = try await until("\(count) more runs end after \(before)") {
                await subscriber.executions("execution.finished").count >= before + count ? true : nil
            }
        }

        /// Kills the two programs in the midst of runs: at any moment, and again after a commit, before they publish
        /// anything. `work` waits before each, so that they have done some since the last one.
        private static func crashAll(_ belfry: Installation, rounds: Int, after work: () async throws -> Void)
            async throws
        {
            for round in 1...rounds {
                for program in ["ingesterd.1", "dispatcherd.1"] {
                    try await work()
                    belfry.killProgram(program)
                    try await belfry.untilEnded(program)
                    try await belfry.startProgram(program, environment: ["BELFRY_CRASH_AT": "after-commit:\(round)"])
                    try await belfry.untilEnded(program)
                    try await belfry.startProgram(program)
                    _ = try await until("\(program) is ready") {
                        (try? await belfry.readiness(program))?.status == 200 ? true : nil
                    }
                }
            }
        }

        @Test func `a subscriber's full queue, and one who never acks, keep no event from others and end no run late`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            try await Self.put("watched-by-slow-ones", belfry)
            let definitions = """
                {"queues": [{"name": "belfry.subscriber.full", "vhost": "/", "durable": true, "auto_delete": false,
                "arguments": {"x-queue-type": "quorum", "x-max-length": 1, "x-overflow": "reject-publish"}}],
                "bindings": [{"source": "belfry.events", "vhost": "/", "destination": "belfry.subscriber.full",
                "destination_type": "queue", "routing_key": "#", "arguments": {}}]}
                """
            try definitions.write(toFile: "\(belfry.home)/full.json", atomically: true, encoding: .utf8)
            try await belfry.controlBroker(["import_definitions", "\(belfry.home)/full.json"])
            try await EventSubscriber.with("stuck", belfry, acknowledges: false) { _ in
                try await EventSubscriber.with("quick", belfry) { quick in
                    var ids: Set<String> = []
                    for _ in 0..<30 { ids.insert(try await EndToEnd.run("watched-by-slow-ones")) }
                    for id in ids { #expect(try await EndToEnd.ended(id)["status"]?.string == "success") }
                    _ = try await until("the quick one has all ends") {
                        await quick.executions("execution.finished").isSuperset(of: ids) ? true : nil
                    }
                }
            }
            // The broker has refused events for the full queue, and Belfry has counted them.
            let metrics = try await belfry.health("ingesterd.1", "metrics").text
            let line = try #require(
                metrics.split(separator: "\n").first { $0.hasPrefix("belfry_events_unconfirmed_total") })
            #expect(!line.hasSuffix(" 0"), "\(line)")
            try await belfry.controlBroker(["delete_queue", "belfry.subscriber.full"])
        }
    }
}
