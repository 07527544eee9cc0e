import Foundation
import HTTPClient
import JobCore

/// Sends callbacks to the endpoints in turn, as a load balancer would, and keeps every try in the ledger.
final class CallbackSender: Sendable {
    /// The endpoints' addresses, by program.
    private let endpoints: [(program: String, address: String)]
    private let copies: CallbackCopies
    private let late: AsyncStream<LateCallback>
    private let sendLate: AsyncStream<LateCallback>.Continuation
    private let ledger: ChaosLedger
    private let web = CurlClient(
        name: "chaos-callbacks", addressGuard: nil, maxConnectionsPerHost: 200, userAgent: "chaos",
        secondsSinceEpoch: { Int64(Date().timeIntervalSince1970) })
    private static let copyTimeoutMilliseconds = 2_000
    private static let pause = Duration.milliseconds(150)

    /// A copy with the endpoint that it is for.
    private struct LateCallback {
        var copy: CallbackCopies.Copy
        var execution: String
        var token: String
        var turn: Int
    }

    init(endpoints: [String: String], copies: CallbackCopies, ledger: ChaosLedger) {
        self.copies = copies
        // At most two a callback.
        (late, sendLate) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
        self.endpoints = endpoints.sorted { $0.key < $1.key }.map { (program: $0.key, address: $0.value) }
        self.ledger = ledger
    }

    /// Sends requests, and the copies of callbacks, until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.web.run() }
            for await callback in late {
                group.addTask { await self.send(callback) }
            }
        }
    }

    private func send(_ late: LateCallback) async {
        guard (try? await Task.sleep(for: .milliseconds(late.copy.delayMilliseconds))) != nil else { return }
        let kind = late.copy.kind
        let place = ledger.add(Facts.Callback(execution: late.execution, kind: kind, isCopy: true, tries: []))
        _ = await request(
            kind, token: late.token, turn: late.turn, place: place,
            timeoutMilliseconds: Self.copyTimeoutMilliseconds)
    }

    /// Sends a callback until it gets an answer that is not 500 or 503. Returns false once the run is over, or the
    /// task is cancelled.
    @discardableResult
    func send(
        _ kind: Facts.Callback.Kind, of execution: String, token: String, timeoutMilliseconds: Int
    ) async -> Bool {
        let place = ledger.add(Facts.Callback(execution: execution, kind: kind, tries: []))
        defer {
            for (index, copy) in copies.copies(of: kind, place: place).enumerated() {
                sendLate.yield(
                    LateCallback(copy: copy, execution: execution, token: token, turn: place + index))
            }
        }
        var turn = place
        while !Task.isCancelled {
            switch await request(
                kind, token: token, turn: turn, place: place, timeoutMilliseconds: timeoutMilliseconds)
            {
            case 202: return true
            case 0, 500, 503: try? await Task.sleep(for: Self.pause)
            default: return false
            }
            turn += 1
        }
        return false
    }

    /// Sends one request and keeps it in the ledger. Returns the status, 0 if there was no answer.
    private func request(
        _ kind: Facts.Callback.Kind, token: String, turn: Int, place: Int, timeoutMilliseconds: Int
    ) async -> Int {
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
        return status
    }
}
