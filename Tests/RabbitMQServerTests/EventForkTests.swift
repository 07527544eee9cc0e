import Foundation
import JSON
import Messaging
import TestServers
import Testing

@testable import RabbitMQ

extension RealBrokerTests {
    /// `belfry forks`, and what it leads to in the broker.
    @Suite struct EventForkTests {
        private func listed(_ rig: ForkRig) async throws -> [String: JSONValue] {
            let list = try JSONValue(parsing: Array(try await rig.done(["forks", "list", "--json"]).utf8))
            return Dictionary(
                uniqueKeysWithValues: (list.array ?? []).map { ($0["fork"]?.string ?? "", $0) })
        }

        @Test func `a fork is enabled twice with one effect, listed with what differs, changed, and disabled`()
            async throws
        {
            let rig = try await ForkRig.start()
            #expect(try await listed(rig).values.allSatisfy { $0["enabled"] == .bool(false) })
            for _ in 1...2 {
                try await rig.done(["forks", "enable", "archive", "--max-age", "2d", "--max-bytes", "50MB"])
                try await rig.done(["forks", "enable", "storage"])
                try await rig.enableReplay(to: "forks.mine/a", "queue:forks.copy")
            }
            var forks = try await listed(rig)
            #expect(forks.values.allSatisfy { $0["enabled"] == .bool(true) && $0["differences"] == .array([]) })
            #expect(forks["archive"]?["bytes_max"]?.integer == 50_000_000)
            #expect(forks["archive"]?["age_seconds_max"]?.integer == 172_800)
            #expect(forks["replay"]?["publishes_to"]?.string == #"^(amq\.default|forks\.mine)$"#)
            #expect(forks["storage"]?["publishes_to"] == .null)
            try await rig.node.control(["clear_policy", ForkRig.storage])
            try await rig.done(["forks", "enable", "archive", "--max-bytes", "60MB"])
            forks = try await listed(rig)
            #expect(forks["storage"]?["differences"] == .array([.string("the policy is missing or different")]))
            #expect(forks["archive"]?["bytes_max"]?.integer == 60_000_000)
            #expect(forks["archive"]?["age_seconds_max"]?.integer == 172_800, "what is left out stays as it is")

            try await rig.enableReplay(to: "forks.other/b")
            let topics = try await rig.node.control(["list_topic_permissions"])
            #expect(topics.contains("forks.other") && !topics.contains("forks.mine"))

            try await rig.publish([ForkRig.event(1)])
            let refused = try await rig.belfry(["forks", "disable", "storage"])
            #expect(refused.status == 1 && refused.errors.contains("holds 1 events"))
            for fork in EventFork.allCases {
                for _ in 1...2 {
                    let answer = try await rig.done(["forks", "disable", fork.rawValue, "--yes", "--json"])
                    #expect(answer == #"{"enabled":false,"fork":"\#(fork.rawValue)"}"# + "\n")
                }
            }
            #expect(try await listed(rig).values.allSatisfy { $0["enabled"] == .bool(false) })
            #expect(try rig.count(ForkRig.archive) == nil && rig.count(ForkRig.storage) == nil)
            #expect(try await !rig.node.control(["list_users"]).contains("forks-"))
        }

        @Test func `an archive with events gets a smaller limit, or its first, only with a yes`() async throws {
            let rig = try await ForkRig.start()
            let enable = ["forks", "enable", "archive"]
            try await rig.done(enable + ["--max-age", "60d", "--max-bytes", "50MB"])
            try await rig.publish([ForkRig.event(1)])
            _ = try await until("the event is counted") { try rig.count(ForkRig.archive) == 1 ? true : nil }
            try await rig.done(enable)
            func limits() async throws -> [Int64?] {
                let archive = try await listed(rig)["archive"]
                return [archive?["bytes_max"]?.integer, archive?["age_seconds_max"]?.integer]
            }
            #expect(try await limits() == [50_000_000, 5_184_000])
            for smaller in [["--max-bytes", "40MB"], ["--max-age", "59d"]] {
                let refused = try await rig.belfry(enable + smaller)
                #expect(refused.status == 1 && refused.errors.contains("give --yes"), "\(refused)")
            }
            #expect(try await limits() == [50_000_000, 5_184_000])
            try await rig.done(enable + ["--max-bytes", "40MB", "--yes"])
            #expect(try await limits() == [40_000_000, 5_184_000])
            try await rig.node.control(["clear_policy", ForkRig.archive])
            #expect(try await rig.belfry(enable).status == 1)
            try await rig.done(enable + ["--max-bytes", "70MB", "--max-age", "90d", "--yes"])
            #expect(try await limits() == [70_000_000, 7_776_000])
        }

        @Test func `a printed fork is one that RabbitMQ imports`() async throws {
            let rig = try await ForkRig.start()
            let file = "\(rig.node.folder)/fork.json"
            for arguments in [["archive"], ["storage"], ["replay", "--to", "a/b"]] {
                let printed = try await rig.done(["forks", "enable"] + arguments + ["--print"])
                try printed.write(toFile: file, atomically: true, encoding: .utf8)
                try await rig.node.control(["import_definitions", file])
            }
            let forks = try await listed(rig)
            #expect(forks.values.allSatisfy { $0["enabled"] == .bool(true) && $0["differences"] == .array([]) })
        }

        @Test func `the archive removes what is beyond its size, and keeps the newest`() async throws {
            let rig = try await ForkRig.start()
            try await rig.done(["forks", "enable", "archive", "--max-bytes", "1MB"])
            try await rig.publish((0..<5_000).map { ForkRig.event($0, padding: 800) })
            let range = try await until("the oldest events are removed") {
                let range = try QueueProbe(options: rig.options).range(ofStream: ForkRig.archive, from: .first)
                return range.flatMap { $0.lowerBound > 3_000 ? $0 : nil }
            }
            #expect(range.upperBound >= 4_999)
            try rig.makeQueue("forks.copy")
            try await rig.enableReplay(to: "queue:forks.copy")
            let replay = ["events", "replay", "--to", "queue:forks.copy", "--from-offset", "0"]
            let finished = try await rig.belfry(replay, user: "forks-replay")
            #expect(finished.status == 0 && finished.errors.contains("are no longer in the archive"))
            let told = try #require(
                try #/replayed (\d+), unreadable 0(?:, removed \d+)?\n/#.wholeMatch(in: finished.output),
                "\(finished.output)")
            let count = try #require(Int(told.1))
            #expect(count > 0)
            // Some may have been removed meanwhile, but none is left out.
            let ids = try await rig.take(count, from: "forks.copy").map(\.id)
            #expect(ids == (5_000 - count..<5_000).map { "e-\($0)" })
        }

        @Test func `a storage fork that is full and without a consumer slows no publisher`() async throws {
            let rig = try await ForkRig.start()
            try await rig.done(["forks", "enable", "storage", "--max-bytes", "1MB"])
            try await rig.done(["forks", "enable", "archive"])
            let large = (0..<3_000).map { ForkRig.event($0, padding: 1_000) }
            #expect(try await rig.publish(large) == .full)
            let stored = try #require(try rig.count(ForkRig.storage))
            #expect(stored > 500 && stored < 2_000)
            // The other fork has every event all the same.
            let range = try QueueProbe(options: rig.options).range(ofStream: ForkRig.archive, from: .first)
            #expect(range?.lowerBound == 0 && range.map { $0.upperBound >= 2_999 } == true)
        }

        @Test func `the replay's user reads the archive only, and publishes only where it may`() async throws {
            let rig = try await ForkRig.start()
            try await rig.done(["forks", "enable", "archive"])
            try await rig.done(["forks", "enable", "storage"])
            try await rig.publish([ForkRig.event(1)])
            var admin = try AMQPHandle.connect(rig.options.urls[0], options: rig.options)
            for name in ["forks.mine", "forks.other"] {
                try admin.declareExchange(name, passively: false)
                try rig.makeQueue(name)
                try admin.bind(name, to: name, routingKey: "#")
            }
            try await rig.enableReplay(to: "forks.mine/a")
            for (to, status) in [
                ("forks.mine/a", 0), ("forks.mine/b", 1), ("forks.other/a", 1), ("queue:forks.mine", 1),
            ]
                as [(String, Int32)]
            {
                let replay = ["events", "replay", "--from-offset", "0", "--to", to]
                let finished = try await rig.belfry(replay, user: "forks-replay")
                #expect(finished.status == status, "\(to): \(finished)")
                #expect(status == 0 || finished.errors.contains("can't be published to \(to)"), "\(finished)")
            }
            let user = ConnectionOptions(
                urls: [try BrokerURL(parsing: rig.node.url(user: "forks-replay"))], name: "test")
            #expect(throws: QueueProbe.Refusal.self) {
                try QueueProbe(options: user).range(ofStream: ForkRig.storage, from: .first)
            }
            // A queue as a destination opens every queue to the user, by the default exchange, and no other exchange.
            try await rig.enableReplay(to: "queue:forks.mine")
            for (to, status) in [("queue:forks.mine", 0), ("queue:forks.other", 0), ("forks.mine/a", 1)]
                as [(String, Int32)]
            {
                let replay = ["events", "replay", "--from-offset", "0", "--to", to]
                #expect(try await rig.belfry(replay, user: "forks-replay").status == status, "\(to)")
            }
            let permissions = try await rig.node.control(["list_user_permissions", "forks-replay"])
            #expect(permissions.contains("\t^$\t^(amq\\.default)$\t^(forks\\.fork\\.archive)$"), "\(permissions)")
            for name in ["forks.mine", "forks.other"] { try await rig.node.control(["delete_queue", name]) }
        }
    }
}
