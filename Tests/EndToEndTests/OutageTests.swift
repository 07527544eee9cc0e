import Foundation
import JSON
import JobCore
import Messaging
import RabbitMQ
import TestServers
import Testing

extension EndToEnd {
    /// The broker or the store is unavailable, at the start or later.
    ///
    /// Guarantee: an outage loses nothing, and /readyz and the log name its cause.
    @Suite struct OutageTests {
        @Test
        func
            `without a broker every program keeps running, is not ready, and works when the broker is back`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let programs = ["tickerd.1", "dispatcherd.1", "courierd.1", "ingesterd.1", "reaperd.1", "consoled.1"]
            try await belfry.put(
                "outage", ["invocation_target": .string("\(service.url)/succeed"), "schedule": EndToEnd.never])
            let pids = programs.map(belfry.pid)
            try await belfry.broker("kill")
            for program in programs {
                let answer = try await until("\(program) is not ready") {
                    let answer = try await belfry.readiness(program)
                    return answer.status == 503 ? answer : nil
                }
                #expect(answer.text.contains("broker") && !answer.text.contains("127.0.0.1"), "\(answer.text)")
            }
            #expect(try await belfry.api("POST", "/services/test/jobs/outage/run").status == 503)
            // A program that is started now waits, too.
            belfry.killProgram("courierd.1")
            try await belfry.startProgram("courierd.1")
            _ = try await until("courierd is up and not ready") {
                try await belfry.readiness("courierd.1").status == 503 ? true : nil
            }
            try await belfry.broker("start")
            for program in programs {
                try await belfry.untilReady(program)
            }
            for (program, pid) in zip(programs, pids) where program != "courierd.1" {
                #expect(belfry.pid(program) == pid && belfry.isAlive(program))
            }
            #expect(try await EndToEnd.ended(try await EndToEnd.run("outage"))["status"]?.string == "success")
        }

        @Test(arguments: ["tickerd", "dispatcherd", "ingesterd", "reaperd", "consoled"])
        func `a program without its store waits, reports that it is not ready, and works once the store can be opened`(
            program: String
        ) async throws {
            let belfry = try await EndToEnd.installation()
            // A file in the place of the folder keeps the store from being opened.
            let folder = "\(belfry.home)/later-\(program)"
            try Data().write(to: URL(filePath: folder))
            let script = try String(contentsOfFile: "\(belfry.home)/stages/\(program).1", encoding: .utf8)
            let store = try #require(belfry.settings["BELFRY_STORE_URL"])
            let moved = script.replacing(store, with: "sqlite:\(folder)/belfry.sqlite")
            let waiting = "waiting-\(program).1"
            let path = "\(belfry.home)/stages/\(waiting)"
            // The same ports at another loopback address.
            try moved.replacing("LISTEN=127.0.0.1:", with: "LISTEN=127.0.0.2:")
                .write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
            try await belfry.startProgram(waiting)
            let answer = try await until("\(program) reports that its store is missing") {
                let answer = try await belfry.readiness(waiting)
                return answer.status == 503 && answer.text.contains("store") ? answer : nil
            }
            #expect(!answer.text.contains("later") && !answer.text.contains("/"), "\(answer.text)")
            #expect(belfry.isAlive(waiting))
            #expect(try belfry.log(waiting).contains("can't start yet, will retry"))
            try FileManager.default.removeItem(atPath: folder)
            try await belfry.untilReady(waiting)
            try await belfry.endProgram(waiting)
            try FileManager.default.removeItem(atPath: "\(belfry.home)/pids/\(waiting)")
        }

        @Test func `work waits while another program keeps the store locked, and is done afterwards`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            try await belfry.put(
                "locked-out", ["invocation_target": .string("\(service.url)/succeed"), "schedule": EndToEnd.never])
            let lock = try StoreLock(path: belfry.storePath)
            // The API refuses what it can't note in the audit trail, so this run is requested as the API would.
            let run = try await belfry.api("POST", "/services/test/jobs/locked-out/run")
            #expect(run.status == 503)
            let id = ExecutionID.random()
            try await EndToEnd.withOperator(belfry) { broker in
                try await broker.publish([
                    OutboundMessage(
                        RunRequested(
                            executionID: id, jobName: JobName(service: "test", job: "locked-out"),
                            requestedAt: SystemTime().now(), payload: nil))
                ])
            }
            _ = try await until("the dispatcher logs that it waits") {
                try belfry.log("dispatcherd.1").contains("the store is unavailable, the batch waits") ? true : nil
            }
            // A locked store is busy. That is no reason for a load balancer to leave a program.
            for program in ["tickerd.1", "dispatcherd.1", "ingesterd.1", "reaperd.1", "consoled.1"] {
                let begun = ContinuousClock.now
                #expect(try await belfry.readiness(program).status == 200)
                #expect(ContinuousClock.now - begun < .seconds(3), "\(program)")
            }
            let put = try await belfry.put(
                "locked-out", ["invocation_target": .string("\(service.url)/x"), "schedule": EndToEnd.never])
            #expect(put.status == 503)
            try lock.release()
            #expect(try await EndToEnd.ended("\(id)")["status"]?.string == "success")
        }
    }
}
