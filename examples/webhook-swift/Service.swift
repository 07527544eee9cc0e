// A service that Belfry runs jobs on, with Hummingbird and swift-crypto.
//
// Belfry calls it with a webhook: an HTTP POST that says "run this job now". The service answers 200 at once, works in
// the background, tells Belfry how far it is (a heartbeat), and reports the end. All of these reports are called
// callbacks.
//
// Settings, by environment variables:
//   BELFRY_WEBHOOK_SECRET  the secret that proves a webhook is from Belfry: `belfry secrets show SERVICE`.
//                          While you replace a secret, give the old and the new one, separated by a blank.
//   LISTEN_PORT            the port to listen on (9000)
//   STEP_SECONDS           how long each of the four steps of the example's work takes (1)

import Crypto
import Foundation
import FoundationNetworking
import HTTPTypes
import Hummingbird

/// The fields that this service uses. There are more: see docs/api.md.
struct Webhook: Decodable {
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

/// The ids of the webhooks that were taken. Belfry repeats a webhook when it did not see the answer, so the same id may
/// come twice. A real service keeps the ids in its database; this one remembers the latest 10,000.
actor Seen {
    private var ids: Set<String> = []
    private var order: [String] = []

    /// Remembers an id. False if it was there already.
    func isNew(_ id: String) -> Bool {
        guard ids.insert(id).inserted else { return false }
        order.append(id)
        if order.count > 10_000 { ids.remove(order.removeFirst()) }
        return true
    }
}

/// Prints a line at once, even if the output is a file.
func note(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }

struct Service: Sendable {
    static let toleranceSeconds = 300.0

    let secrets: [SymmetricKey]
    let stepSeconds: Double
    let seen = Seen()

    /// Checks the signature of Standard Webhooks: only those who know the secret can make it.
    func isGenuine(_ headers: HTTPFields, _ body: Data) -> Bool {
        guard let id = headers[HTTPField.Name("webhook-id")!],
            let timestamp = headers[HTTPField.Name("webhook-timestamp")!],
            let signatures = headers[HTTPField.Name("webhook-signature")!],
            // An old webhook may be a recorded one that someone sends again.
            let seconds = Double(timestamp), abs(Date().timeIntervalSince1970 - seconds) <= Self.toleranceSeconds
        else { return false }
        // The signature is over the very bytes that arrived, so check it before you decode them.
        let signed = Data("\(id).\(timestamp).".utf8) + body
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

    func take(_ request: Request) async throws -> HTTPResponse.Status {
        let body = Data(try await request.body.collect(upTo: 2 * 1_024 * 1_024).readableBytesView)
        guard isGenuine(request.headers, body) else { return .unauthorized }
        guard let webhook = try? JSONDecoder().decode(Webhook.self, from: body) else { return .badRequest }
        // A test asks whether a webhook would arrive.
        if webhook.test == true { return .ok }
        // A repeat gets the same answer, and starts nothing.
        let id = request.headers[HTTPField.Name("webhook-id")!] ?? ""
        if await seen.isNew(id) { Task { await run(webhook) } } else { note("\(id): ignored a repeat") }
        // Any 2xx status means: I have it, the run has begun. Answer before you work.
        return .ok
    }

    /// The work, in the background.
    func run(_ webhook: Webhook) async {
        // After the ttl Belfry has ended the run. Until then, an outage of Belfry costs nothing.
        let deadline = ContinuousClock.now + .seconds(webhook.ttlSeconds)
        do {
            for step in 1...4 {
                try await Task.sleep(for: .seconds(stepSeconds))  // Your work goes here.
                // A heartbeat says "still alive". Send one at least every heartbeat_interval_seconds of the webhook.
                let heartbeat = Report(status: "processing", progress: step * 20)
                guard try await callBack(webhook.callbackURL, heartbeat, until: deadline) else {
                    return note("\(webhook.executionID): Belfry wants no reports of this run, so the work stops")
                }
            }
            let end = Report(status: "success", summary: "\(webhook.jobName) did four steps")
            _ = try await callBack(webhook.callbackURL, end, until: deadline)
        } catch {
            note("\(webhook.executionID): \(error)")
            let end = Report(status: "fail", error: "\(error)")
            _ = try? await callBack(webhook.callbackURL, end, until: deadline)
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
        let router = Router()
        router.post("/") { request, _ in try await service.take(request) }
        let port = environment["LISTEN_PORT"].flatMap { Int($0) } ?? 9_000
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)))
        try await application.runService()
    }
}
