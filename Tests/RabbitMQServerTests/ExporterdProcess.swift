import Foundation
import Glibc
import JSON
import TestServers

@testable import RabbitMQ

/// The program exporterd, on a queue of its own that is bound to all events, as a user who may only read it.
final class ExporterdProcess {
    static let queue = "exporting.fork.storage"
    private static let user = "exporting-exporterd"

    let folder: String
    let health: Int
    private let node: PrivateBroker
    private(set) var pid: Int32 = 0

    /// Makes the queue, the user and the folder. Starts nothing.
    init(_ name: String) async throws {
        node = try await RealBroker.node.value
        folder = Project.home("\(name)-files")
        health = try Project.freePort()
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let options = ConnectionOptions(urls: [try BrokerURL(parsing: node.url)], name: "test")
        var handle = try AMQPHandle.connect(options.urls[0], options: options)
        try handle.declareQueue(
            Self.queue, arguments: ["x-queue-type": .string("quorum"), "x-delivery-limit": .integer(1_000_000)],
            passively: false)
        try handle.bind(Self.queue, to: "belfry.events", routingKey: "#")
        handle.closeInOrder()
        _ = try? await node.control(["add_user", Self.user, "secret"])
        try await node.control(["set_permissions", Self.user, "^$", "^$", "^exporting\\.fork\\.storage$"])
    }

    /// Ends the program, if it runs, and takes away what `init` made.
    func remove() async throws {
        if pid > 0 { kill(pid, SIGKILL) }
        try await node.control(["delete_queue", Self.queue])
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Starts the program, with `before` in the shell that becomes it.
    func start(before: String = "") async throws {
        let command = """
            setsid \(before) '\(Project.bin)/exporterd' >>'\(folder).log' 2>&1 </dev/null &
            echo $!
            """
        let started = try await Program.run(
            "/bin/sh", ["-c", command],
            environment: [
                "BELFRY_AMQP_URL": node.url(user: Self.user), "BELFRY_PREFIX": "exporting",
                "BELFRY_EXPORT_FOLDER": folder, "BELFRY_EXPORT_NAME": "test",
                "BELFRY_HEALTH_LISTEN": "127.0.0.1:\(health)",
            ])
        pid = Int32(started.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
        guard pid > 0 else { throw TestFailure("no process: \(started.errors)") }
    }

    var isAlive: Bool { Program.isRunning(pid) }

    /// Sends a signal and waits until the program has ended.
    func end(_ signal: Int32) async throws {
        kill(pid, signal)
        _ = try await TestServers.until("exporterd has ended") { isAlive ? nil : true }
        pid = 0
    }

    /// The status and text of `/readyz`.
    func readiness() async throws -> String {
        try await Program.run("/usr/bin/curl", ["-s", "-w", "%{http_code}", "http://127.0.0.1:\(health)/readyz"]).output
    }

    /// Waits until the number of messages in the queue is such. Those that the program has not acked count; the broker
    /// counts again every five seconds.
    func until(_ isReached: (Int) -> Bool) async throws {
        _ = try await TestServers.until("the queue is so long", withinSeconds: 90) {
            isReached(try await depth()) ? true : nil
        }
    }

    private func depth() async throws -> Int {
        let listed = try await node.control(["list_queues", "name", "messages", "--no-table-headers"])
        let line = listed.split(separator: "\n").first { $0.hasPrefix("\(Self.queue)\t") }
        return line.flatMap { Int($0.split(separator: "\t")[1]) } ?? -1
    }

    /// The bytes of all files.
    func writtenBytes() -> Int {
        let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return files.reduce(0) { sum, file in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(file)")
            return sum + (file.contains(".gz") ? attributes?[.size] as? Int ?? 0 : 0)
        }
    }

    /// What Python finds in files whose names end so: `FILES LINES IDS`, each line read as JSON. It fails if a file is
    /// no gzip file.
    func read(_ suffix: String, in place: String? = nil) async throws -> [Int] {
        let script = """
            import glob, gzip, json, sys
            files = glob.glob(sys.argv[1] + "/*/events-*" + sys.argv[2])
            ids = [json.loads(line)["id"] for file in files for line in gzip.open(file, "rt", encoding="utf-8")]
            print(len(files), len(ids), len(set(ids)))
            """
        let read = try await Program.run("/usr/bin/env", ["python3", "-c", script, place ?? folder, suffix])
        guard read.status == 0 else { throw TestFailure(read.errors) }
        return read.output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    }
}
