import JSON
import JobCore
import Messaging
import TestServers
import Testing

extension EndToEnd {
    /// Guarantee: a broker user whose password is stolen has no stage do more than the user may ask for.
    @Suite struct ForgedMessageTests {
        @Test(arguments: ForeignPublisher.CopyHeader.allCases)
        func `a service's broker user has no job run, and only its callback is looked at`(
            header: ForeignPublisher.CopyHeader
        ) async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let job = "wanted-\(header.rawValue)"
            try await belfry.put(
                job, ["invocation_target": .string("\(service.url)/silent"), "schedule": EndToEnd.never])
            let run = try Self.run(of: job)
            let publisher = try belfry.foreignPublisher("belfry-service")
            let before = try await EndToEnd.queueDepths()
            let copies = (header, [RoutingKey.runRequested])
            let report = try publisher.publish(
                to: "belfry", key: "callback.received", copies: copies, id: "forged", body: run)
            let callback = try publisher.publish(
                to: "belfry.callbacks", key: "ours", copies: copies, id: "forged", body: run)
            #expect(report == .refused && callback == .taken)
            _ = try await until("the callback without a token is a dead letter") {
                try await EndToEnd.queueDepths()["belfry.ingester.callbacks.dead"]
                    == (before["belfry.ingester.callbacks.dead"] ?? 0) + 1 ? true : nil
            }
            try await expectNoRun(of: job)
        }

        @Test(arguments: ForeignPublisher.CopyHeader.allCases)
        func `what a stage's broker user leads to another stage's queue becomes a dead letter and runs nothing`(
            header: ForeignPublisher.CopyHeader
        ) async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let job = "smuggled-\(header.rawValue)"
            try await belfry.put(
                job, ["invocation_target": .string("\(service.url)/silent"), "schedule": EndToEnd.never])
            let before = try await EndToEnd.queueDepths()["belfry.dispatcher.runs.dead"] ?? 0
            let publisher = try belfry.foreignPublisher("belfry-courierd")
            let answer = try publisher.publish(
                to: "belfry", key: "delivery.accepted.0", copies: (header, [RoutingKey.runRequested]), id: "smuggled",
                body: try Self.run(of: job))
            #expect(answer == .taken)
            _ = try await until("the forged request is a dead letter") {
                try await EndToEnd.queueDepths()["belfry.dispatcher.runs.dead"] == before + 1 ? true : nil
            }
            let line = try belfry.log("dispatcherd.1").split(separator: "\n").last { $0.contains("dead letter") }
            #expect(line?.contains("reason=forbidden") == true)
            try await expectNoRun(of: job)
        }

        /// A request that a dispatcher would carry out if it came from consoled.
        private static func run(of job: String) throws -> String {
            let request = RunRequested(
                executionID: .random(), jobName: JobName(service: "test", job: job), requestedAt: SystemTime().now())
            return String(decoding: request.body, as: UTF8.self)
        }

        /// A run that is requested after the forged one has ended, and is the only one.
        private func expectNoRun(of job: String) async throws {
            let belfry = try await EndToEnd.installation()
            let id = try await EndToEnd.run(job)
            _ = try await EndToEnd.service().webhooks(of: job)
            #expect(try await belfry.executions(of: job).map { $0["execution_id"]?.string } == [id])
            #expect(try await belfry.api("POST", "/executions/\(id)/cancel").status == 202)
        }
    }
}
