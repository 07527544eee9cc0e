import Courier
import JobCore
import Messaging
import RabbitMQ

/// The courier's way to a service over a queue: the service broker.
struct QueueInvoker {
    private let broker: ServiceBroker
    /// The exchange of the pipeline's broker that takes callbacks.
    private let callbackExchange: String
    private let rules: TargetRules

    init(broker: ServiceBroker, topology: Topology) {
        self.broker = broker
        callbackExchange = topology.name(of: .callbacks)
        rules = TargetRules(hasServiceBroker: true, pipelinePrefix: topology.prefix)
    }

    /// Keeps the connections, until it is cancelled.
    func run() async {
        await broker.run()
    }

    func invoke(_ invocation: Invocation) async -> AttemptResult {
        // A job on record may be older than the rules.
        guard rules.fault(in: invocation.target) == nil, let address = QueueAddress(invocation.target.address) else {
            return AttemptResult(
                .forbidden, latencyMilliseconds: 0, error: "the target is no exchange or queue that jobs may name")
        }
        let message = message(for: invocation, to: address)
        if let fault = Self.fault(in: message) {
            return AttemptResult(.refused, latencyMilliseconds: 0, error: fault)
        }
        let begun = ContinuousClock.now
        let answer = await broker.publish(message, withinMilliseconds: invocation.timeoutMilliseconds)
        let (seconds, attoseconds) = (ContinuousClock.now - begun).components
        return Self.result(
            of: answer, address: address, latencyMilliseconds: seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
    }

    private func message(for invocation: Invocation, to address: QueueAddress) -> AMQPMessage {
        let id = invocation.executionID.description
        var headers = invocation.headers
        headers[Header.token] = invocation.token
        headers[Header.callbackExchange] = callbackExchange
        headers[Header.callbackRoutingKey] = id
        return AMQPMessage(
            exchange: address.exchange, routingKey: address.routingKey, headers: headers, id: id,
            body: invocation.body,
            properties: [
                .correlationID(id), .type("belfry.invocation"), .appID("belfry"),
                .timestampSeconds(invocation.begunAt.secondsSinceEpoch),
                // The run has ended by then, and nothing may start after its end.
                .expirationMilliseconds(invocation.ttlSeconds * 1_000),
            ])
    }

    /// Why the message can't be sent. The rules for jobs may have been others when the job was put.
    private static func fault(in message: AMQPMessage) -> String? {
        let ours = [Header.token, Header.callbackExchange, Header.callbackRoutingKey]
        if let name = message.headers.keys.first(where: { HeaderRule.belongsToBroker($0) && !ours.contains($0) }) {
            return "the header “\(name.prefix(64))” belongs to the broker"
        }
        let strings = OutboundMessage(
            routingKey: message.routingKey, headers: message.headers, id: message.id, body: message.body)
        if let fault = strings.fault { return fault }
        let bytesMax = MessageLimits.shortStringBytesMax
        return message.exchange.utf8.count > bytesMax ? "the exchange's name has more than \(bytesMax) bytes" : nil
    }

    /// The names in the errors are the job's own. The broker's reasons name our user and virtual host, so they are for
    /// the log only.
    private static func result(
        of answer: ServiceBroker.Answer, address: QueueAddress, latencyMilliseconds: Int64
    ) -> AttemptResult {
        let place =
            address.exchange.isEmpty
            ? "the queue “\(address.routingKey)”"
            : "exchange “\(address.exchange)” with routing key “\(address.routingKey)”"
        func result(_ answer: AttemptResult.Answer, _ error: String?, _ detail: String? = nil) -> AttemptResult {
            AttemptResult(answer, latencyMilliseconds: latencyMilliseconds, error: error, detail: detail)
        }
        switch answer {
        case .confirmed: return result(.accepted, nil)
        case .unroutable where address.exchange.isEmpty:
            return result(.refused, "unroutable: there is no queue “\(address.routingKey)”")
        case .unroutable:
            return result(
                .refused,
                "unroutable: no queue is bound to exchange “\(address.exchange)” for routing key "
                    + "“\(address.routingKey)”")
        case .missingExchange(let reason):
            return result(.refused, "there is no exchange “\(address.exchange)”", reason)
        case .notPermitted(let reason): return result(.refused, "no permission to publish to \(place)", reason)
        case .rejected(let reason): return result(.refused, "the service broker takes no such message", reason)
        case .full: return result(.busy, "nack: a queue is full or has an error")
        case .unavailable(let reason): return result(.unreachable, "the service broker is unavailable", reason)
        }
    }
}
