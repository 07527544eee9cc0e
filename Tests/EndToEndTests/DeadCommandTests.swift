import Foundation
import JSON
import Messaging
import TestServers
import Testing

extension EndToEnd {
    /// An installation of its own. Its dead letters are messages that no stage can read, so that each comes back when
    /// it is replayed.
    @Suite struct DeadCommandTests {
        private static let letterCount = 10_000

        @Test func `ten thousand letters are replayed while deadletterd is killed, and none is lost`() async throws {
            try await Installation.with("dead-many", environment: [:]) { belfry in
                try await Self.makeLetters(belfry, count: Self.letterCount)
                let some = try await Self.list(belfry, "--limit", "250")
                #expect(Set(some.map { $0["message_id"]?.string }).count == 250)
                let planned = try await belfry.belfry(["dead", "replay", "--queue", "dispatcher.runs", "--dry-run"])
                #expect(planned.output == "would replay \(Self.letterCount) dead letters\n", "\(planned)")

                let events = "\(belfry.home)/replay.jsonl"
                async let replaying = Program.run(
                    "/bin/sh",
                    ["-c", "'\(Project.bin)/belfry' dead replay --all --yes --json --rate 2000 >'\(events)'"],
                    environment: belfry.settings)
                // A kill between two passes interrupts none.
                var kills = 0
                while kills < 5, try !belfry.log("deadletterd.1").contains("error=interrupted") {
                    let passes = Self.passes(events)
                    _ = try await until("another pass is over") {
                        Self.passes(events) > passes ? true : nil
                    }
                    belfry.killProgram("deadletterd.1")
                    try await belfry.startProgram("deadletterd.1")
                    kills += 1
                    _ = try await until("deadletterd goes on") {
                        let goesOn = Self.passes(events) > passes + 1
                        return try goesOn || belfry.log("deadletterd.1").contains("error=interrupted") ? true : nil
                    }
                }
                let replayed = try await replaying
                let log = try belfry.log("deadletterd.1")
                #expect(log.contains("error=interrupted"), "it was killed in the middle of a pass")
                let end = try #require(try String(contentsOfFile: events, encoding: .utf8).split(separator: "\n").last)
                #expect(replayed.status == 0 && end.contains(#""end":"complete""#), "\(end) \(replayed.errors)")

                let count = try await Self.settled(belfry, count: Self.letterCount)
                let letters = try await Self.exported(belfry)
                #expect(letters.count == count)
                #expect(Set(letters.map { $0["message_id"]?.string }).count == Self.letterCount)
                // Those that were published when the process was killed, and not yet acknowledged, are there twice.
                // That is one window at most for each kill.
                #expect(count <= Self.letterCount + 200 * kills)
                #expect(letters.allSatisfy { $0["replays"] == .integer(1) })

                async let one = belfry.belfry(["dead", "replay", "--queue", "dispatcher.runs", "--limit", "500"])
                async let other = belfry.belfry(["dead", "replay", "--reason", "unreadable", "--limit", "500"])
                for finished in [try await one, try await other] {
                    #expect(
                        finished.status == 0 && finished.output.hasPrefix("replayed 500 dead letters"), "\(finished)")
                }
                #expect(try await Self.settled(belfry, count: count) == count)
            }
        }

        /// How many passes a replay has reported to its file of events.
        private static func passes(_ events: String) -> Int {
            let text = (try? String(contentsOfFile: events, encoding: .utf8)) ?? ""
            return text.split(separator: "\n").count { $0.contains(#""event":"pass""#) }
        }

        @Test func `letters are found by filters, exported, dropped and replayed from the file`() async throws {
            try await Installation.with("dead-few", environment: [:]) { belfry in
                try await Self.makeLetters(belfry, count: 20)
                let copies = (ForeignPublisher.CopyHeader.bcc, [RoutingKey.runRequested])
                let forger = try belfry.foreignPublisher("belfry-courierd")
                let answer = try forger.publish(to: "belfry", key: "delivery.accepted.0", copies: copies, id: "forged")
                #expect(answer == .taken)
                let forged = try await until("the forged letter is listed") {
                    try await Self.list(belfry, "--queue", "dispatcher.runs", "--reason", "forbidden").first
                }
                let id = try #require(forged["id"]?.string)
                let refused = try await belfry.belfry(["dead", "replay", id])
                #expect(refused.status == 1 && refused.errors.contains("\(id)  dispatcher.runs  forged_origin: "))

                let unreadable = ["--queue", "dispatcher.runs", "--reason", "unreadable"]
                let first = try #require(try await Self.list(belfry, unreadable).first?["id"]?.string)
                let peeked = try await belfry.belfry(["dead", "peek", first])
                #expect(peeked.status == 0 && peeked.output.contains("body: 1 bytes, text\n  {\n"), "\(peeked)")
                let none = try await belfry.belfry(["dead", "replay", "--service", "nobody"])
                #expect(none.status == 0 && none.output.hasPrefix("there is no such dead letter"))

                let path = "\(belfry.home)/letters.jsonl"
                let exported = try await belfry.belfry(["dead", "export", "--output", path] + unreadable)
                #expect(exported.status == 0 && exported.errors == "exported 20 dead letters\n", "\(exported)")
                let dropped = try await belfry.belfry(["dead", "drop"] + unreadable)
                #expect(dropped.status == 0 && dropped.output == "dropped 20 dead letters\n", "\(dropped)")
                #expect(try await Self.list(belfry, unreadable).isEmpty)
                let missing = try await belfry.belfry(["dead", "replay", first])
                #expect(missing.status == 1)

                // Its queue keeps them while the stage is down.
                belfry.killProgram("dispatcherd.1")
                let replayed = try await belfry.belfry(["dead", "replay", "--from", path])
                #expect(replayed.status == 0 && replayed.output == "replayed 20 dead letters\n", "\(replayed)")
                #expect(try await Self.list(belfry, unreadable).isEmpty)
                try await belfry.startProgram("dispatcherd.1")
                let back = try await until("the letters are back") {
                    let letters = try await Self.list(belfry, unreadable)
                    return letters.count == 20 ? letters : nil
                }
                #expect(Set(back.map { $0["message_id"]?.string }).count == 20)
                #expect(back.allSatisfy { $0["replays"] == .integer(1) })
                #expect(try await Self.list(belfry, "--reason", "forbidden").contains { $0["id"] == .string(id) })
            }
        }

        /// Publishes messages that a dispatcher can't read, and waits until all are dead letters.
        private static func makeLetters(_ belfry: Installation, count: Int) async throws {
            let publisher = try belfry.foreignPublisher("belfry-consoled")
            for number in 0..<count {
                let answer = try publisher.publish(to: "belfry", key: RoutingKey.runRequested, id: "letter-\(number)")
                guard answer == .taken else { throw TestFailure("message \(number): \(answer)") }
            }
            _ = try await until("all messages are dead letters") {
                try await depths(belfry).dead == count ? true : nil
            }
        }

        /// Waits until at least this number of letters is back and none is on its way, and returns how many there are.
        private static func settled(_ belfry: Installation, count: Int) async throws -> Int {
            try await until("the replayed messages are dead letters again") {
                let depths = try await depths(belfry)
                return depths.work == 0 && depths.dead >= count ? depths.dead : nil
            }
        }

        /// All letters with their bodies.
        private static func exported(_ belfry: Installation) async throws -> [JSONValue] {
            let path = "\(belfry.home)/settled.jsonl"
            let exported = try await belfry.belfry(["dead", "export", "--output", path])
            guard exported.status == 0 else { throw TestFailure("export: \(exported.errors)") }
            return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
                try JSONValue(parsing: Array($0.utf8))
            }
        }

        private static func depths(_ belfry: Installation) async throws -> (work: Int, dead: Int) {
            let lines = try await belfry.controlBroker(["list_queues", "name", "messages"]).split(separator: "\n")
            func depth(of queue: String) -> Int {
                lines.first { $0.hasPrefix("\(queue)\t") }.flatMap { Int($0.dropFirst(queue.count + 1)) } ?? -1
            }
            return (depth(of: "belfry.dispatcher.runs"), depth(of: "belfry.dispatcher.runs.dead"))
        }

        private static func list(_ belfry: Installation, _ filters: String...) async throws -> [JSONValue] {
            try await list(belfry, filters)
        }

        private static func list(_ belfry: Installation, _ filters: [String]) async throws -> [JSONValue] {
            let listed = try await belfry.belfry(["dead", "list", "--json"] + filters)
            guard listed.status == 0 else { throw TestFailure("list: \(listed.errors)") }
            return try JSONValue(parsing: Array(listed.output.utf8), limits: .trusted)["results"]?.array ?? []
        }
    }
}
