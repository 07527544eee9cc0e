import Foundation
import JSON
import JobCore
import Logging
import Messaging
import RabbitMQ
import TestServers
import Testing

/// Tests of the real programs on a real RabbitMQ. They share one installation and run one after the other.
@Suite(.serialized, .timeLimit(.minutes(6))) enum EndToEnd {
    private static let started = Task { try await Installation.start("installation", scale: "tickerd=2") }
    private static let startedService = Task { try await LedgerService.start() }

    /// The shared installation, which the first test starts.
    static func installation() async throws -> Installation { try await started.value }
    /// The shared service, which the first test starts.
    static func service() async throws -> LedgerService { try await startedService.value }

    /// Waits until an execution has ended, and returns it as the API shows it.
    static func ended(_ id: String, withinSeconds seconds: Int = 120) async throws -> JSONValue {
        let belfry = try await installation()
        return try await until("execution \(id) has ended", withinSeconds: seconds) {
            let answer = try await belfry.api("GET", "/executions/\(id)")
            let status = answer.body["status"]?.string
            return status == "success" || status == "fail" ? answer.body : nil
        }
    }

    /// Runs a job now and returns the id of the execution.
    static func run(_ job: String, payload: String? = nil) async throws -> String {
        let belfry = try await installation()
        let body = payload.map { JSONValue.object(["payload": .string($0)]) }
        return try await until("the API accepts the run of \(job)") {
            try await belfry.api("POST", "/services/test/jobs/\(job)/run", body).body["execution_id"]?.string
        }
    }

    /// The number of messages in each queue of the broker, those that a stage has not acknowledged included.
    static func queueDepths() async throws -> [String: Int] {
        let belfry = try await installation()
        let listed = try await Program.script(
            "broker", ["ctl", "\(belfry.home)/broker", "list_queues", "name", "messages", "--no-table-headers"])
        let pairs = listed.split(separator: "\n").compactMap { line -> (String, Int)? in
            let parts = line.split(separator: "\t")
            guard parts.count == 2, let depth = Int(parts[1]) else { return nil }
            return (String(parts[0]), depth)
        }
        return Dictionary(pairs) { $1 }
    }

    /// Waits until all work queues are empty.
    static func untilQueuesAreEmpty() async throws {
        let work = WorkQueue.allCases.filter { $0 != .tickerBaton }.map { "belfry.\($0.rawValue)" }
        _ = try await until("the work queues are empty") {
            let depths = try await queueDepths()
            return work.allSatisfy { depths[$0] == 0 } ? true : nil
        }
    }

    /// Publishes as the operator's broker user.
    static func withOperator(_ belfry: Installation, _ body: (RabbitBroker) async throws -> Void) async throws {
        let url = try BrokerURL(parsing: try #require(belfry.settings["BELFRY_AMQP_URL"]))
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let broker = RabbitBroker(
            options: ConnectionOptions(urls: [url], name: "test"), topology: Topology(prefix: "belfry"),
            consumes: false, publishesEvents: false, logger: logger)
        let loop = Task { await broker.run() }
        defer { loop.cancel() }
        _ = try await until("connected") { broker.faults.isEmpty ? true : nil }
        try await body(broker)
    }

    /// A schedule without an occurrence during the tests.
    static let never: JSONValue = .string("cron(0 0 1 1 ? 2199)")
}
