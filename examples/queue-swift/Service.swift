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
//   TOLERANCE_SECONDS      how old a message may be (300). If runs may wait in the queue for longer, because the
//                          service is down or busy, give the ttl of the job. The check of repeats covers the rest.
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

    enum CodingKeys: String, CodingKey {
        case callbackURL = "callback_url"
        case executionID = "execution_id"
        case jobName = "job_name"
    }
}

/// A callback.
struct Report: Encodable {
    var status: String
    var progress: Int?
    var summary: String?
    var error: String?
}

struct CallbackError: Error, CustomStringConvertible {
    var description: String
}

struct Service: Sendable {
    let secrets: [SymmetricKey]
    let toleranceSeconds: Double
    let stepSeconds: Double

    /// Checks the signature of Standard Webhooks: only those who know the secret can make it.
    func isGenuine(_ message: InboundMessage) -> Bool {
        guard let id = message.headers["webhook-id"], let timestamp = message.headers["webhook-timestamp"],
            let signatures = message.headers["webhook-signature"],
            // An old message may be a recorded one that someone sends again.
            let seconds = Double(timestamp), abs(Date().timeIntervalSince1970 - seconds) <= toleranceSeconds
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

    /// The work.
    func work(_ run: Run) async throws {
        for step in 1...4 {
            try await Task.sleep(for: .seconds(stepSeconds))  // Your work goes here.
            // A heartbeat says "still alive". Send one at least every heartbeat_interval_seconds of the message.
            guard try await callBack(run.callbackURL, Report(status: "processing", progress: step * 20)) else {
                return print("\(run.executionID): Belfry has ended this run, so the work stops")
            }
        }
        _ = try await callBack(
            run.callbackURL, Report(status: "success", summary: "\(run.jobName) did four steps"))
    }

    func take(_ message: InboundMessage) async {
        guard let run = try? JSONDecoder().decode(Run.self, from: Data(message.body)) else { return }
        do {
            try await work(run)
        } catch {
            print("\(run.executionID): \(error)")
            _ = try? await callBack(run.callbackURL, Report(status: "fail", error: "\(error)"))
        }
    }

    /// Sends a callback. False if Belfry wants no more of them: the run is over (410), or the token is wrong (401).
    func callBack(_ url: URL, _ report: Report) async throws -> Bool {
        var request = URLRequest(url: url, timeoutInterval: 10)
        request.httpMethod = "POST"
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.httpBody = try JSONEncoder().encode(report)
        for attempt in 0..<10 {
            let answer = try? await URLSession.shared.data(for: request).1 as? HTTPURLResponse
            switch answer?.statusCode ?? 0 {
            case 200..<300: return true
            case 401, 410: return false
            // The report itself is wrong. Sending it again would not help.
            case 300..<500: throw CallbackError(description: "Belfry answered \(answer?.statusCode ?? 0)")
            default: try await Task.sleep(for: .milliseconds(min(200 << attempt, 10_000)))
            }
        }
        throw CallbackError(description: "Belfry took no callback")
    }
}

@main
struct Example {
    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        let secrets = environment["BELFRY_WEBHOOK_SECRET", default: ""].split(separator: " ").compactMap { text in
            Data(base64Encoded: String(text.trimmingPrefix("whsec_"))).map { SymmetricKey(data: $0) }
        }
        guard !secrets.isEmpty else { fatalError("set BELFRY_WEBHOOK_SECRET") }
        func seconds(_ name: String, otherwise: Double) -> Double {
            environment[name].flatMap { Double($0) } ?? otherwise
        }
        let service = Service(
            secrets: secrets, toleranceSeconds: seconds("TOLERANCE_SECONDS", otherwise: 300),
            stepSeconds: seconds("STEP_SECONDS", otherwise: 1))
        let url = try BrokerURL(parsing: environment["AMQP_URL", default: ""])
        let queue = ServiceQueue(
            options: ConnectionOptions(urls: [url], name: "example"), name: environment["QUEUE", default: "example"],
            prefetch: 1, logger: Logger(label: "example"))
        // The connection, which is made again after a loss.
        let connection = Task { await queue.run() }
        defer { connection.cancel() }

        // The ids of the runs that are done. The broker or Belfry may deliver a message twice. A real service keeps the
        // ids in its database, and not for ever.
        var done: Set<String> = []
        while true {
            for message in try await queue.next(limit: 1) {
                if !service.isGenuine(message) {
                    print("ignored a message that is not from Belfry")
                } else if let id = message.headers["webhook-id"], done.insert(id).inserted {
                    await service.take(message)
                }
                // Only now the broker may forget the message. If this process dies before, another one gets it.
                await queue.acknowledge([message.tag])
            }
        }
    }
}
