// A service that reads its jobs from a queue of RabbitMQ, with Belfry's own consumer.
//
// Belfry publishes a message that says "run this job now". The service works, tells Belfry how far it is (a heartbeat),
// and reports the end. All of these reports are called callbacks. They go to a URL in the message.
//
// Settings, by environment variables:
//   BELFRY_WEBHOOK_SECRET  the secret that proves a message is from Belfry: `belfry secrets show SERVICE`.
//                          While you replace a secret, give the old and the new one, separated by a blank.
//   AMQP_URL               the broker that the queue is on. Belfry calls it BELFRY_SERVICE_AMQP_URL.
//   QUEUE                  the name of the queue (example). The job's invocation_target is queue:NAME.
//   STEP_SECONDS           how long each of the four steps of the example's work takes (1)

import Crypto
import Foundation
import FoundationNetworking
import Logging
import Messaging
import RabbitMQ

/// The fields that this service uses. There are more: see docs/api.md.
struct Run: Decodable {
    var callbackURL: URL
    var executionID: String
    var jobName: String
    var ttlSeconds: Double
    var test: Bool?

    enum CodingKeys: String, CodingKey {
        case callbackURL = "callback_url"
        case executionID = "execution_id"
        case jobName = "job_name"
        case ttlSeconds = "ttl_seconds"
        case test
    }
}

/// A callback.
struct Report: Encodable {
    var status: String
    var progress: Int?
    var summary: String?
    var error: String?
}

/// Prints a line at once, even if the output is a file.
func note(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }

struct Service: Sendable {
    let secrets: [SymmetricKey]
    let stepSeconds: Double

    /// Checks the signature of Standard Webhooks: only those who know the secret can make it.
    func isGenuine(_ message: InboundMessage) -> Bool {
        guard let id = message.headers["webhook-id"], let timestamp = message.headers["webhook-timestamp"],
            let signatures = message.headers["webhook-signature"]
        else { return false }
        // The signature is over the very bytes that arrived, so check it before you decode them.
        let signed = Data("\(id).\(timestamp).".utf8) + message.body
        // There may be several signatures, one for each key of Belfry. One that fits is enough.
        return signatures.split(separator: " ").contains { signature in
            guard signature.hasPrefix("v1,"), let code = Data(base64Encoded: String(signature.dropFirst(3))) else {
                return false
            }
            // This takes the same time whether the first or the last byte differs, so nobody can guess byte by byte.
            return secrets.contains {
                HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: signed, using: $0)
            }
        }
    }

    /// The run that a message asks for. Nil if nothing is to be done.
    func run(_ message: InboundMessage) -> Run? {
        guard isGenuine(message) else {
            note("ignored a message that is not from Belfry")
            return nil
        }
        guard let run = try? JSONDecoder().decode(Run.self, from: Data(message.body)),
            let signedAt = Double(message.headers["webhook-timestamp", default: ""])
        else {
            note("ignored a message that can't be read")
            return nil
        }
        // A test asks whether a message would arrive.
        if run.test == true { return nil }
        // After its ttl a run is over, however long its message waited. The 5 minutes are for clocks that differ.
        guard abs(Date().timeIntervalSince1970 - signedAt) <= run.ttlSeconds + 300 else {
            note("\(run.executionID): ignored a message that is too old")
            return nil
        }
        return run
    }

    /// The work.
    func work(_ run: Run, until deadline: ContinuousClock.Instant) async throws {
        for step in 1...4 {
            try await Task.sleep(for: .seconds(stepSeconds))  // Your work goes here.
            // A heartbeat says "still alive". Send one at least every heartbeat_interval_seconds of the message.
            let heartbeat = Report(status: "processing", progress: step * 20)
            guard try await callBack(run.callbackURL, heartbeat, until: deadline) else {
                return note("\(run.executionID): Belfry wants no reports of this run, so the work stops")
            }
        }
        let end = Report(status: "success", summary: "\(run.jobName) did four steps")
        _ = try await callBack(run.callbackURL, end, until: deadline)
    }

    func workAndReport(_ run: Run) async {
        // After the ttl Belfry has ended the run. Until then, an outage of Belfry costs nothing.
        let deadline = ContinuousClock.now + .seconds(run.ttlSeconds)
        do {
            try await work(run, until: deadline)
        } catch {
            note("\(run.executionID): \(error)")
            _ = try? await callBack(
                run.callbackURL, Report(status: "fail", error: "\(error)"), until: deadline)
        }
    }

    /// Sends a callback, again and again until the deadline if Belfry can't take it. False if the work should stop: the
    /// run is over (410 or past the deadline), or the token is wrong (401).
    func callBack(_ url: URL, _ report: Report, until deadline: ContinuousClock.Instant) async throws -> Bool {
        var request = URLRequest(url: url, timeoutInterval: 10)
        request.httpMethod = "POST"
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.httpBody = try JSONEncoder().encode(report)
        var wait = Duration.milliseconds(200)
        while ContinuousClock.now < deadline {
            let answer = try? await URLSession.shared.data(for: request).1 as? HTTPURLResponse
            let status = answer?.statusCode ?? 0
            if 200..<300 ~= status { return true }
            note(status == 0 ? "Belfry can't be reached" : "Belfry answered \(status)")
            // Anything but 401 and 410: the report itself is wrong. Sending it again would not help.
            if 300..<500 ~= status, status != 408, status != 429 { return status != 401 && status != 410 }
            try await Task.sleep(for: wait)
            wait = min(wait * 2, .seconds(10))
        }
        return false
    }
}

@main
struct Example {
    /// Ends the program.
    static func fail(_ text: String) -> Never {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
        exit(1)
    }

    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        let secrets = environment["BELFRY_WEBHOOK_SECRET", default: ""].split { $0.isWhitespace }.map { text in
            Data(base64Encoded: String(text.trimmingPrefix("whsec_"))) ?? Data()
        }
        guard !secrets.isEmpty, secrets.allSatisfy({ $0.count >= 24 }) else {
            fail("set BELFRY_WEBHOOK_SECRET to what `belfry secrets show SERVICE` prints: whsec_…")
        }
        let service = Service(
            secrets: secrets.map { SymmetricKey(data: $0) },
            stepSeconds: environment["STEP_SECONDS"].flatMap { Double($0) } ?? 1)
        guard let url = try? BrokerURL(parsing: environment["AMQP_URL", default: ""]) else {
            fail("set AMQP_URL to the broker of the queue: amqp://USER:PASSWORD@HOST:PORT/VHOST")
        }
        let queue = ServiceQueue(
            options: ConnectionOptions(urls: [url], name: "example"), name: environment["QUEUE", default: "example"],
            prefetch: 1, logger: Logger(label: "example"))
        // The connection, which is made again after a loss.
        let connection = Task { await queue.run() }
        defer { connection.cancel() }

        // The ids of the runs that are done. The broker or Belfry may deliver a message twice. A real service keeps the
        // ids in its database; this one remembers the latest 10,000.
        var done: Set<String> = []
        var order: [String] = []
        while true {
            for message in try await queue.next(limit: 1) {
                if let run = service.run(message) {
                    if done.insert(run.executionID).inserted {
                        await service.workAndReport(run)
                        order.append(run.executionID)
                        if order.count > 10_000 { done.remove(order.removeFirst()) }
                    } else {
                        note("\(run.executionID): ignored a repeat")
                    }
                }
                // Only now the broker may forget the message. If this process dies before, another one gets it.
                await queue.acknowledge([message.tag])
            }
        }
    }
}
