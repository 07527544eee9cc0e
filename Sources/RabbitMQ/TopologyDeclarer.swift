internal import CRabbitMQ
internal import JobCore
public import Messaging

/// Makes a topology's exchanges, queues and bindings, and tells what is missing. Policies and users are not part of
/// AMQP: they come with the definitions file, or over the management API.
public struct TopologyDeclarer {
    private let options: ConnectionOptions
    private let topology: Topology

    public init(options: ConnectionOptions, topology: Topology) {
        self.options = options
        self.topology = topology
    }

    /// What a broker refused to do, in words.
    public struct Refusal: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    /// Declares everything; what is there already stays as it is. Blocks the calling thread.
    public func apply() throws(Refusal) {
        do {
            let handle = try connect()
            for exchange in topology.exchanges { try declare(exchange: exchange, on: handle.raw, passively: false) }
            for queue in topology.queues { try declare(queue, on: handle.raw, passively: false) }
            for binding in topology.bindings { try bind(binding, on: handle.raw) }
        } catch {
            throw Refusal(description: "\(error)")
        }
    }

    /// What is missing or different, a line each; nothing when all is well. Changes nothing. Blocks the calling thread.
    public func check() throws(Refusal) -> [String] {
        var faults: [String] = []
        do {
            var handle = try connect()
            for exchange in topology.exchanges {
                do {
                    try declare(exchange: exchange, on: handle.raw, passively: true)
                } catch {
                    faults.append(Self.explain("exchange \(exchange)", error))
                    // A refused call closes the channel.
                    handle = try connect()
                }
            }
            for queue in topology.queues {
                do {
                    try declare(queue, on: handle.raw, passively: true)
                    // It exists, so this changes nothing, but fails if its arguments are others.
                    try declare(queue, on: handle.raw, passively: false)
                } catch {
                    faults.append(Self.explain("queue \(queue.name)", error))
                    handle = try connect()
                }
            }
        } catch {
            throw Refusal(description: "\(error)")
        }
        return faults
    }

    private func connect() throws(AMQPFailure) -> AMQPHandle {
        var failure = AMQPFailure("connect", "no broker is configured")
        for url in options.urls {
            do {
                return try AMQPHandle.connect(url, options: options)
            } catch {
                failure = AMQPFailure(error.operation, "\(error.reason) (\(url))", replyCode: error.replyCode)
            }
        }
        throw failure
    }

    private static func explain(_ what: String, _ failure: AMQPFailure) -> String {
        switch failure.replyCode {
        case 404: "\(what) is missing"
        case 406: "\(what) has other arguments than it should: \(failure.reason)"
        default: "\(what): \(failure.reason)"
        }
    }

    private func declare(
        exchange: String, on raw: amqp_connection_state_t, passively: Bool
    ) throws(AMQPFailure) {
        try exchange.withAMQPBytes { (name) throws(AMQPFailure) in
            try "topic".withAMQPBytes { (type) throws(AMQPFailure) in
                amqp_exchange_declare(
                    raw, AMQPHandle.channel, name, type, passively ? 1 : 0, 1, 0, 0, belfry_amqp_empty_table())
                try AMQPFailure.check("exchange \(exchange)", amqp_get_rpc_reply(raw))
            }
        }
    }

    private func declare(
        _ queue: Topology.Queue, on raw: amqp_connection_state_t, passively: Bool
    ) throws(AMQPFailure) {
        try queue.name.withAMQPBytes { (name) throws(AMQPFailure) in
            let reply = AMQPTable(queue.arguments).withTable { table in
                amqp_queue_declare(raw, AMQPHandle.channel, name, passively ? 1 : 0, 1, 0, 0, table)
                return amqp_get_rpc_reply(raw)
            }
            try AMQPFailure.check("queue \(queue.name)", reply)
        }
    }

    private func bind(_ binding: Topology.Binding, on raw: amqp_connection_state_t) throws(AMQPFailure) {
        try binding.queue.withAMQPBytes { (queue) throws(AMQPFailure) in
            try binding.exchange.withAMQPBytes { (exchange) throws(AMQPFailure) in
                try binding.routingKey.withAMQPBytes { (key) throws(AMQPFailure) in
                    amqp_queue_bind(raw, AMQPHandle.channel, queue, exchange, key, belfry_amqp_empty_table())
                    try AMQPFailure.check("bind \(binding.queue)", amqp_get_rpc_reply(raw))
                }
            }
        }
    }
}
