import Foundation
import Glibc
import JSON
import Messaging
import TestServers
import Testing

@testable import RabbitMQ

extension RealBrokerTests {
    /// Guarantee: every event is in a file at least once, whatever dies; an exporter that stands still slows nobody.
    @Suite struct ExporterdTests {
        private static func withExporter(_ name: String, _ test: (ExporterdProcess) async throws -> Void) async throws {
            let exporter = try await ExporterdProcess(name)
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await test(exporter)) } catch { outcome = .failure(error) }
            try await exporter.remove()
            try outcome.get()
        }

        /// Publishes events with these numbers as their ids, and returns once the broker has confirmed them. A stage
        /// would drop those that a slow machine does not confirm in time.
        private static func publish(_ numbers: Range<Int>, padding: Int = 0) async throws {
            let node = try await RealBroker.node.value
            let options = ConnectionOptions(urls: [try BrokerURL(parsing: node.url)], name: "test")
            let answer = try await ForkRig(node: node, options: options).publish(
                numbers.map { number in
                    // Text that can't be compressed much.
                    let text = (0..<padding).map { _ in String(Int.random(in: 0...35), radix: 36) }.joined()
                    return AMQPMessage(
                        exchange: RealBroker.topology.name(of: .events), routingKey: "execution.finished.test.job",
                        id: "\(number)", body: Array("{\"id\":\"\(number)\",\n\"text\":\"\(text)\"}".utf8),
                        isMandatory: false)
                })
            #expect(answer == .confirmed)
        }

        @Test func `20,000 events are in valid files, although exporterd is killed again and again`() async throws {
            try await Self.withExporter("exporter-killed") { exporter in
                async let published: Void = Self.publish(0..<19_000)
                for _ in 0..<6 {
                    let before = exporter.writtenBytes()
                    try await exporter.start()
                    _ = try await until("it has written") { exporter.writtenBytes() > before ? true : nil }
                    try await exporter.end(SIGKILL)
                }
                try await published
                try await Self.publish(19_000..<20_000)
                try await exporter.until { $0 >= 1_000 }
                try await exporter.start()
                try await exporter.until { $0 == 0 }
                try await exporter.end(SIGTERM)
                let found = try await exporter.read(".jsonl.gz")
                #expect(found.count == 3 && found[1] >= 20_000 && found[2] == 20_000, "\(found)")
                #expect(try await exporter.read(".part") == [0, 0, 0])
            }
        }

        @Test func `an exporterd that is frozen slows no publisher, and takes all afterwards`() async throws {
            try await Self.withExporter("exporter-frozen") { exporter in
                try await exporter.start()
                _ = try await until("it is ready") { try await exporter.readiness() == "ready\n200" ? true : nil }
                try await freeze(exporter.pid)
                try await Self.publish(0..<3_000)
                try await exporter.until { $0 == 3_000 }
                kill(exporter.pid, SIGCONT)
                try await exporter.until { $0 == 0 }
                try await exporter.end(SIGTERM)
                #expect(try await exporter.read(".jsonl.gz") == [1, 3_000, 3_000])
            }
        }

        @Test func `while the disk is full nothing is acked; then all is written`() async throws {
            try await Self.withExporter("exporter-full") { exporter in
                let unshare = geteuid() == 0 ? "unshare --mount" : "unshare --mount --map-root-user"
                // Some space is left, into which a part of the events fits.
                let fill = "head -c 1000000 /dev/zero >\(exporter.folder)/filler"
                let disk = "mount -t tmpfs -o size=1m tmpfs \(exporter.folder); \(fill)"
                try await exporter.start(before: "\(unshare) sh -ec '\(disk); exec \"$0\"'")
                try await Self.publish(0..<100, padding: 2_000)
                _ = try await until("it is not ready") {
                    try await exporter.readiness() == "the disk of the events' files is full\n503" ? true : nil
                }
                // The count is some seconds old; with the next event it tells whether one before was acked.
                try await Self.publish(100..<101)
                try await exporter.until { $0 == 101 }
                let inside = "/proc/\(exporter.pid)/root\(exporter.folder)"
                try FileManager.default.removeItem(atPath: "\(inside)/filler")
                try await exporter.until { $0 == 0 }
                #expect(try await exporter.readiness() == "ready\n200")
                // They can be read while they are written.
                #expect(try await exporter.read(".part", in: inside) == [1, 101, 101])
                #expect(try await exporter.read(".jsonl.gz", in: inside) == [0, 0, 0])
                try await exporter.end(SIGTERM)
            }
        }

        @Test func `a message that is too large to be read leaves a line with its headers and its size`() async throws {
            try await Self.withExporter("exporter-large") { exporter in
                let node = try await RealBroker.node.value
                let options = ConnectionOptions(urls: [], name: "stranger")
                var stranger = try AMQPHandle.connect(try BrokerURL(parsing: node.url), options: options)
                let bytes = MessageLimits.readBodyBytesMax + 1
                for (id, count) in [("large", bytes), ("small", 3)] {
                    try stranger.publish(
                        AMQPMessage(
                            exchange: "belfry.events", routingKey: "job.changed.a.b", headers: ["note": id], id: id,
                            body: [UInt8](repeating: 120, count: count)))
                }
                try await exporter.until { $0 == 2 }
                try await exporter.start()
                try await exporter.until { $0 == 0 }
                stranger.closeInOrder()
                try await exporter.end(SIGTERM)
                let read = try await Program.run("/bin/sh", ["-c", "zcat '\(exporter.folder)'/*/rejected-*.jsonl.gz"])
                let lines = try read.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
                #expect(lines.map { $0["headers"]?["note"]?.string } == ["large", "small"])
                #expect(lines.map { $0["body_bytes"]?.integer } == [Int64(bytes), 3])
                #expect(lines.map { $0["body_base64"]?.string } == [nil, "eHh4"])
            }
        }

        @Test func `a second exporterd with the same name ends and says why`() async throws {
            try await Self.withExporter("exporter-twice") { exporter in
                try await exporter.start()
                _ = try await until("it is ready") { try await exporter.readiness() == "ready\n200" ? true : nil }
                let node = try await RealBroker.node.value
                let second = try await Program.run(
                    "\(Project.bin)/exporterd", [],
                    environment: [
                        "BELFRY_AMQP_URL": node.url, "BELFRY_PREFIX": "exporting",
                        "BELFRY_EXPORT_FOLDER": exporter.folder, "BELFRY_EXPORT_NAME": "test",
                    ])
                #expect(second.status == 1 && second.errors.contains("another exporterd writes to"), "\(second)")
                try await exporter.end(SIGTERM)
            }
        }
    }
}
