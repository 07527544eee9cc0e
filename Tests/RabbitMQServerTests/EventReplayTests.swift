import Foundation
import JSON
import Messaging
import TestServers
import Testing

@testable import RabbitMQ

extension RealBrokerTests {
    /// `belfry events replay` with an archive in the node.
    @Suite struct EventReplayTests {
        private static let copy = "forks.copy"
        private let replay = ["events", "replay", "--to", "queue:\(copy)"]

        private func rig() async throws -> ForkRig {
            let rig = try await ForkRig.start()
            try await rig.done(["forks", "enable", "archive"])
            try await rig.enableReplay(to: "queue:\(Self.copy)", "forks.nowhere/a", "forks.events.mine/a")
            _ = try? await rig.node.control(["delete_queue", Self.copy])
            try rig.makeQueue(Self.copy)
            return rig
        }

        /// Replays, and returns the numbers of the events that have arrived.
        private func numbers(_ rig: ForkRig, _ arguments: String...) async throws -> [Int] {
            let output = try await rig.done(replay + arguments, user: "forks-replay")
            let count = output.split(separator: " ").dropFirst().first.flatMap { Int($0.dropLast()) }
            return try await rig.take(try #require(count), from: Self.copy).map {
                Int($0.id?.dropFirst(2) ?? "") ?? -1
            }
        }

        @Test func `events are replayed by time, by offset and by filter, in order, and stay in the archive`()
            async throws
        {
            let rig = try await rig()
            #expect(
                try await rig.done(replay + ["--from-offset", "0"], user: "forks-replay") == "The archive is empty.\n")
            let empty = try await rig.done(replay + ["--from-offset", "0", "--json"], user: "forks-replay")
            #expect(try JSONValue(parsing: Array(empty.utf8))["replayed"]?.integer == 0)
            try await rig.publish((0..<300).map { ForkRig.event($0, service: $0 % 3 == 0 ? "billing" : "mail") })
            for _ in 1...2 { #expect(try await numbers(rig, "--from-offset", "0") == Array(0..<300)) }
            #expect(try await numbers(rig, "--from-offset", "290") == Array(290..<300))
            #expect(try await numbers(rig, "--from-offset", "300") == [])
            #expect(
                try await numbers(rig, "--since", ForkRig.time(100), "--until", ForkRig.time(103)) == [100, 101, 102])
            #expect(
                try await numbers(
                    rig, "--since", ForkRig.time(0), "--until", ForkRig.time(9), "--filter", "service=billing")
                    == [0, 3, 6])
            // Nothing was written at or after this time.
            #expect(try await numbers(rig, "--since", "2999-01-01T00:00:00Z") == [])
            let rated = try await numbers(rig, "--from-offset", "250", "--rate", "100")
            #expect(rated == Array(250..<300))
        }

        @Test func `a replayed event has its own id, body and headers, and its number in the archive`() async throws {
            let rig = try await rig()
            var event = ForkRig.event(7)
            event.headers = ["belfry-note": "n"]
            event.properties = [.type("execution.finished"), .timestampSeconds(1_700_000_007)]
            try await rig.publish([ForkRig.event(6), event])
            try await rig.done(replay + ["--from-offset", "1"], user: "forks-replay")
            let message = try #require(try await rig.take(1, from: Self.copy).first)
            #expect(message.id == "e-7" && message.body == event.body)
            #expect(message.headers["belfry-note"] == "n" && message.headers[Header.replayedOffset] == "1")
            #expect(message.headers["x-stream-offset"] == nil)
            #expect(
                message.properties["type"] == "execution.finished" && message.properties["timestamp"] == "1700000007")
        }

        @Test func `what is no event is skipped, counted and named`() async throws {
            let rig = try await rig()
            func hostile(_ body: [UInt8]) -> AMQPMessage {
                AMQPMessage(exchange: "forks.events", routingKey: "x", body: body, isMandatory: false)
            }
            try await rig.publish([
                ForkRig.event(0), hostile([0xFF, 0x00]), hostile(Array("{".utf8)),
                hostile([UInt8](repeating: 0x20, count: 5_000_000)), ForkRig.event(4),
            ])
            let arguments = replay + ["--from-offset", "0", "--json"]
            let dry = try await rig.belfry(arguments + ["--dry-run"], user: "forks-replay")
            #expect(dry.status == 0 && dry.output.contains(#""replayed":2"#))
            #expect(try rig.count(Self.copy) == 0)
            let finished = try await rig.belfry(arguments, user: "forks-replay")
            #expect(finished.status == 0)
            let line = finished.output.split(separator: "\n").last.map { String($0) } ?? ""
            let last = try JSONValue(parsing: Array(line.utf8))
            #expect(last["replayed"]?.integer == 2 && last["unreadable"]?.integer == 3 && last["done"] == .bool(true))
            for offset in 1...3 {
                #expect(finished.errors.contains("event \(offset) of the archive is not replayed"), "\(finished)")
            }
            #expect(finished.errors.contains("5000000 bytes"))
            #expect(try await rig.take(2, from: Self.copy).map(\.id) == ["e-0", "e-4"])
        }

        @Test func `a destination that takes nothing is told, and the position stays`() async throws {
            let rig = try await rig()
            try await rig.publish((0..<3).map { ForkRig.event($0) })
            let file = "\(rig.node.folder)/position-\(UUID().uuidString)"
            func run(_ to: String, _ file: String) async throws -> Finished {
                try await rig.belfry(
                    ["events", "replay", "--to", to, "--from-offset", "0", "--resume", file], user: "forks-replay")
            }
            func run(_ to: String) async throws -> Finished { try await run(to, file) }
            let missing = try await run("forks.nowhere/a", "\(file)-nowhere")
            // The end of the replay is on record before its first event.
            let kept = try String(contentsOfFile: "\(file)-nowhere", encoding: .utf8)
            #expect(kept.contains(#""end_offset":2"#) && kept.contains(#""replayed":0"#), "\(kept)")
            #expect(missing.status == 1 && missing.errors.contains("forks.nowhere"), "\(missing)")
            var admin = try AMQPHandle.connect(rig.options.urls[0], options: rig.options)
            try admin.declareExchange("forks.events.mine", passively: false)
            let unroutable = try await run("forks.events.mine/a")
            #expect(unroutable.status == 1 && unroutable.errors.contains("no queue is bound there"), "\(unroutable)")
            try admin.bind(Self.copy, to: "forks.events.mine", routingKey: "a")
            #expect(try await run("forks.events.mine/a").output == "replayed 3, unreadable 0\n")
            // The position is at the end: nothing is repeated, and no other replay may use it.
            #expect(try await run("forks.events.mine/a").output == "replayed 3, unreadable 0\n")
            #expect(try rig.count(Self.copy) == 3)
            let other = try await run("queue:\(Self.copy)")
            #expect(other.status == 1 && other.errors.contains("the position of another replay"))
            // Another archive by the same name.
            try await rig.done(["forks", "disable", "archive", "--yes"])
            try await rig.done(["forks", "enable", "archive"])
            try await rig.publish([ForkRig.event(9)])
            let changed = try await run("forks.events.mine/a")
            #expect(changed.status == 1 && changed.errors.contains("another archive"))
        }

        @Test func `a replay that is killed goes on where it was, loses none and repeats one window at most`()
            async throws
        {
            let rig = try await rig()
            try await rig.publish((0..<10_000).map { ForkRig.event($0) })
            let file = "\(rig.node.folder)/position-\(UUID().uuidString)"
            let arguments = replay + ["--from-offset", "0", "--resume", file]
            let script = #"""
                file=$1; shift
                before=$(cat "$file" 2>/dev/null)
                "$@" & pid=$!
                until now=$(cat "$file" 2>/dev/null); [ -n "$now" ] && [ "$now" != "$before" ]; do sleep 0.01; done
                kill -9 $pid; wait $pid
                """#
            for rate in ["3000", "5000", "8000"] {
                let killed = try await Program.run(
                    "/bin/sh",
                    ["-c", script, "sh", file, "\(Project.bin)/belfry"] + arguments + ["--rate", rate],
                    environment: rig.environment(user: "forks-replay"))
                #expect(killed.status == 137, "\(killed)")
            }
            let finished = try await rig.belfry(arguments, user: "forks-replay")
            #expect(finished.output == "replayed 10000, unreadable 0\n", "\(finished)")
            let count = Int(try rig.count(Self.copy) ?? 0)
            #expect(count >= 10_000 && count <= 10_000 + 3 * 500)
            let messages = try await rig.take(count, from: Self.copy)
            var seen: Set<String> = []
            let first = messages.compactMap(\.id).filter { seen.insert($0).inserted }
            #expect(first == (0..<10_000).map { "e-\($0)" })
            #expect(messages.allSatisfy { $0.headers[Header.replayedOffset] == $0.id.map { String($0.dropFirst(2)) } })
        }
    }
}
