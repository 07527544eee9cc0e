import BrokerAccess
import Commands
import Foundation
import HTTPClient
import JSON
import JobCore
import Messaging
import RabbitMQ

/// The ways in which a mock service calls back.
struct MockCaller: Sendable {
    /// Where a callback is sent.
    enum Way: String, CaseIterable {
        case http, queue
    }

    private static let triesMax = 30
    private let web = CurlClient(
        name: "mock", addressGuard: nil, maxConnectionsPerHost: 64, userAgent: "belfry-mock",
        secondsSinceEpoch: { Int64(Date().timeIntervalSince1970) })
    private let way: Way
    /// The broker that has the callbacks exchange, and the exchange's name there; nil unless the way is a queue.
    private let callbacks: (broker: RabbitBroker, exchange: String)?

    init(_ way: Way, broker: BrokerSettings?) {
        self.way = way
        callbacks = broker.map { settings in
            (
                RabbitBroker(settings, consumes: false, logger: OutputLogHandler.logger),
                settings.topology.name(of: .callbacks)
            )
        }
    }

    /// Keeps the connections, until it is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await web.run() }
            if let callbacks { group.addTask { await callbacks.broker.run() } }
        }
    }

    /// Sends a callback until the answer is final. Returns it: the HTTP status, or what became of the message.
    func call(_ invocation: MockInvocation, body: [UInt8]) async -> JSONValue {
        for attempt in 0..<Self.triesMax {
            if let answer = await answer(invocation, body) { return answer }
            try? await Task.sleep(for: .milliseconds(100 << min(attempt, 4)))
        }
        return .string("gave up")
    }

    /// Nil for an answer that is not final.
    private func answer(_ invocation: MockInvocation, _ body: [UInt8]) async -> JSONValue? {
        switch way {
        case .http: await post(to: invocation.callbackURL, body)
        case .queue: await publish(invocation, body)
        }
    }

    /// Any status but 503 is final.
    private func post(to url: String, _ body: [UInt8]) async -> JSONValue? {
        let outcome = await web.send(
            ClientRequest(
                url: url, headers: [.init(name: "Content-Type", value: "application/json")], body: body,
                timeoutMilliseconds: 5_000))
        guard case .response(let response) = outcome, response.status != 503 else { return nil }
        return .integer(Int64(response.status))
    }

    /// The broker has the message when it is confirmed.
    private func publish(_ invocation: MockInvocation, _ body: [UInt8]) async -> JSONValue? {
        guard let callbacks else { return nil }
        guard ["", callbacks.exchange].contains(invocation.callbackExchange) else {
            return .string("the exchange is not \(callbacks.exchange)")
        }
        let message = OutboundMessage(
            exchange: .callbacks, routingKey: "mock", headers: [Header.token: invocation.token], body: body)
        do {
            try await callbacks.broker.publish([message])
            return .string("confirmed")
        } catch {
            return nil
        }
    }
}
