import Foundation
import JobCore
import Messaging
import ServiceLifecycle
import ServiceLifecycleTestKit
import Synchronization
import TestServers
import Testing

@testable import Exporter

/// A queue whose messages a test gives.
private final class GivenQueue: MessageSubscription {
    private let state = Mutex((waiting: [InboundMessage](), acked: [UInt64]()))

    func give(_ bodies: [String]) {
        state.withLock { state in
            for body in bodies {
                let tag = MessageTag(epoch: 1, number: UInt64(state.waiting.count + 1))
                state.waiting.append(
                    InboundMessage(tag: tag, exchange: "e", routingKey: "k", body: Array(body.utf8)))
            }
        }
    }

    var ackedCount: Int { state.withLock { $0.acked.count } }

    func next(limit: Int) async throws -> [InboundMessage] {
        while true {
            let taken = state.withLock { state in
                defer { state.waiting.removeFirst(min(limit, state.waiting.count)) }
                return Array(state.waiting.prefix(limit))
            }
            if !taken.isEmpty { return taken }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    func acknowledge(_ tags: [MessageTag]) async {
        state.withLock { $0.acked += tags.map(\.number) }
    }

    func restart() async {}
}

/// The loop between the queue and the files.
@Suite struct ExporterServiceTests {
    private static func exporter(_ queue: GivenQueue, _ place: ExportPlace) throws -> Exporter {
        Exporter(queue: queue, files: try place.files(), time: SystemTime(), logger: ExportPlace.silent)
    }

    @Test func `events are acked once they are on the disk, and an orderly stop completes the files`() async throws {
        let (queue, place) = (GivenQueue(), try ExportPlace())
        let exporter = try Self.exporter(queue, place)
        let bodies = (0..<2_500).map { "{\"id\":\"\($0)\"}" }
        queue.give(bodies + ["no JSON"])
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await exporter.run() }
                _ = try await until("all are acked") { queue.ackedCount == 2_501 ? true : nil }
                #expect(try place.paths().allSatisfy { $0.hasSuffix(".part") } && !place.paths().isEmpty)
                #expect(exporter.faults.isEmpty)
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
        #expect(try await place.lines() == bodies)
        #expect(try await place.lines(.rejected).count == 1)
        #expect(try place.paths().allSatisfy { $0.hasSuffix(".jsonl.gz") })
    }

    @Test func `while nothing can be written nothing is acked, and it says so until it goes on`() async throws {
        let (queue, place) = (GivenQueue(), try ExportPlace())
        let exporter = try Self.exporter(queue, place)
        let day = ExportHour(SystemTime().now()).day
        let next = ExportHour(SystemTime().now().adding(seconds: 86_400)).day
        for name in [day, next] { try Data().write(to: URL(filePath: "\(place.path)/\(name)")) }
        queue.give(["{}"])
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await exporter.run() }
                _ = try await until("it is not ready") {
                    exporter.faults == ["the events' files can't be written"] ? true : nil
                }
                #expect(queue.ackedCount == 0)
                for name in [day, next] { try FileManager.default.removeItem(atPath: "\(place.path)/\(name)") }
                _ = try await until("the event is acked") { queue.ackedCount == 1 ? true : nil }
                #expect(exporter.faults.isEmpty)
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
        #expect(try await place.lines() == ["{}"])
    }

    @Test func `one whose name is taken ends`() async throws {
        let place = try ExportPlace()
        let first = try await place.opened()
        await #expect(throws: ExporterNameTaken.self) { try await Self.exporter(GivenQueue(), place).run() }
        try await first.close()
    }

    @Test(arguments: [
        (ENOSPC, "the disk of the events' files is full"), (EDQUOT, "the disk of the events' files is full"),
        (EIO, "the events' files can't be written"),
    ])
    func `readiness says what is wrong, without the path`(code: Int32, text: String) {
        errno = code
        #expect(ExportFault(system: "write /secret/place").outage == text)
    }
}
