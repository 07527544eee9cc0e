import BrokerAccess
import Commands
import Foundation
import HTTPClient
import JSON
import JobCore
import Messaging
import RabbitMQ
import SQS

/// The way in which a mock service calls back.
enum MockCaller: Sendable {
    /// Posts to the callback URL.
    case http(CurlClient)
    /// Publishes to an exchange with this name.
    case exchange(RabbitBroker, name: String)
    /// Sends to the queue that an invocation names, else to that of the settings.
    case sqs(SQSClient, SQSSettings)

    /// The names of the ways on the command line.
    enum Way: String, CaseIterable {
        case http, queue, sqs
    }

    private enum Outcome {
        case final(JSONValue)
        /// It is tried again. The text says why.
        case open(String)
    }

    private static let triesMax = 30
    private static let timeoutMilliseconds = 5_000

    /// Throws ``SettingsError`` if the settings of this way are wrong.
    init(_ way: Way, broker: BrokerOptions, sqs: SQSOptions) throws {
        switch way {
        case .http:
            self = .http(
                CurlClient(
                    name: "mock", addressGuard: nil, maxConnectionsPerHost: 64, userAgent: "belfry-mock",
                    secondsSinceEpoch: { Int64(Date().timeIntervalSince1970) }))
        case .queue:
            let settings = try broker.broker()
            self = .exchange(
                RabbitBroker(settings, consumes: false, publishesEvents: false, logger: OutputLogHandler.logger),
                name: settings.topology.name(of: .callbacks))
        case .sqs:
            let settings = try sqs.settings()
            self = .sqs(SQSOptions.client(settings), settings)
        }
    }

    /// Keeps the connections, until it is cancelled.
    func run() async {
        switch self {
        case .http(let web): await web.run()
        case .exchange(let broker, _): await broker.run()
        case .sqs(let client, _): await client.run()
        }
    }

    /// Sends a callback until the answer is final. Returns it: the HTTP status, or what became of the message.
    func call(_ invocation: MockInvocation, body: [UInt8]) async -> JSONValue {
        // The same for every try: one that was not answered may have arrived.
        let deduplicationID = UUID().uuidString
        var reason = ""
        for attempt in 0..<Self.triesMax {
            switch await outcome(invocation, body, deduplicationID: deduplicationID) {
            case .final(let answer): return answer
            case .open(let text): reason = text
            }
            try? await Task.sleep(for: .milliseconds(100 << min(attempt, 4)))
        }
        return .string("gave up: \(reason)")
    }

    private func outcome(
        _ invocation: MockInvocation, _ body: [UInt8], deduplicationID: String
    ) async -> Outcome {
        switch self {
        case .http(let web): await Self.post(body, to: invocation.callbackURL, web)
        case .exchange(let broker, let name): await Self.publish(body, invocation, broker, exchange: name)
        case .sqs(let client, let settings):
            await Self.send(body, invocation, client, settings, deduplicationID: deduplicationID)
        }
    }

    /// Any status but 503 is final.
    private static func post(_ body: [UInt8], to url: String, _ web: CurlClient) async -> Outcome {
        let outcome = await web.send(
            ClientRequest(
                url: url, headers: [.init(name: "Content-Type", value: "application/json")], body: body,
                timeoutMilliseconds: timeoutMilliseconds))
        switch outcome {
        case .response(let response) where response.status == 503: return .open("status 503")
        case .response(let response): return .final(.integer(Int64(response.status)))
        case .failure(let failure, let detail, _): return .open("\(failure.description): \(detail)")
        }
    }

    /// The broker has the message when it is confirmed.
    private static func publish(
        _ body: [UInt8], _ invocation: MockInvocation, _ broker: RabbitBroker, exchange: String
    ) async -> Outcome {
        guard ["", exchange].contains(invocation.callbackExchange) else {
            return .final(.string("the exchange is not \(exchange)"))
        }
        let message = OutboundMessage(
            exchange: .callbacks, routingKey: "mock", headers: [Header.token: invocation.token], body: body)
        do {
            try await broker.publish([message])
            return .final(.string("confirmed"))
        } catch {
            return .open("\(error)")
        }
    }

    /// SQS has the message when it answers with the message's MD5.
    private static func send(
        _ body: [UInt8], _ invocation: MockInvocation, _ client: SQSClient, _ settings: SQSSettings,
        deduplicationID: String
    ) async -> Outcome {
        let queue: SQSQueueURL
        do throws(SQSQueueURL.Fault) {
            queue = try invocation.callbackQueue(endpoint: settings.endpoint, otherwise: settings.callbackQueue)
        } catch {
            return .final(.string("the URL of the queue for callbacks \(error)"))
        }
        let message = SQSMessage(
            body: body, attributes: [Header.token: invocation.token], queue: queue, groupID: "mock",
            deduplicationID: deduplicationID)
        do throws(SQSError) {
            _ = try await client.send(message, to: queue, timeoutMilliseconds: Int64(timeoutMilliseconds))
            return .final(.string("confirmed"))
        } catch {
            let reason = "\(error.code): \(error.detail)"
            return error.kind == .refused ? .final(.string(reason)) : .open(reason)
        }
    }
}
