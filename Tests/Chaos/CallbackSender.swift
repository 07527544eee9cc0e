import Foundation
import HTTPClient
import JobCore

/// Sends callbacks to the endpoints in turn, as a load balancer would, and keeps every try in the ledger.
final class CallbackSender: Sendable {
    /// The endpoints' addresses, by program.
    private let endpoints: [(program: String, address: String)]
    private let ledger: ChaosLedger
    private let web = CurlClient(
        name: "chaos-callbacks", addressGuard: nil, maxConnectionsPerHost: 200, userAgent: "chaos",
        secondsSinceEpoch: { Int64(Date().timeIntervalSince1970) })
    private static let pause = Duration.milliseconds(150)

    init(endpoints: [String: String], ledger: ChaosLedger) {
        self.endpoints = endpoints.sorted { $0.key < $1.key }.map { (program: $0.key, address: $0.value) }
        self.ledger = ledger
    }

    /// Sends requests until the task is cancelled.
    func run() async { await web.run() }

    /// Sends a callback until it gets an answer that is not 500 or 503. Returns false once the run is over, or the
    /// task is cancelled.
    @discardableResult
    func send(
        _ kind: Facts.Callback.Kind, of execution: String, token: String, timeoutMilliseconds: Int
    ) async -> Bool {
        let place = ledger.add(Facts.Callback(execution: execution, kind: kind, tries: []))
        var turn = place
        while !Task.isCancelled {
            let endpoint = endpoints[turn % endpoints.count]
            let at = ledger.now()
            let answer = await web.send(
                ClientRequest(
                    url: "http://\(endpoint.address)/callback/\(token)",
                    headers: [.init(name: "Content-Type", value: "application/json")],
                    body: Array(#"{"status":"\#(kind.rawValue)"}"#.utf8), timeoutMilliseconds: timeoutMilliseconds))
            let status =
                switch answer {
                case .response(let response): response.status
                case .failure: 0
                }
            ledger.add(
                Facts.Try(at: at, endpoint: endpoint.program, answer: status, answeredAt: ledger.now()),
                toCallback: place)
            switch status {
            case 202: return true
            case 0, 500, 503: try? await Task.sleep(for: Self.pause)
            default: return false
            }
            turn += 1
        }
        return false
    }
}
