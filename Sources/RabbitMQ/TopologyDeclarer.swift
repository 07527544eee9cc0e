import JSON
public import Messaging

/// Declares a topology's exchanges, queues and bindings, and finds those that are missing or different.
///
/// Policies and users are not part of AMQP: they come with the definitions file, or over the management API.
public struct TopologyDeclarer {
    let options: ConnectionOptions
    let topology: Topology

    public init(options: ConnectionOptions, topology: Topology) {
        self.options = options
        self.topology = topology
    }

    /// No broker could be reached, or it refused a declaration. The description says which, why and what to do.
    public struct Refusal: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    /// Declares everything. What exists with the same arguments stays as it is. Blocks the calling thread. Throws at
    /// the first refusal; calling again goes on from there.
    public func apply() throws(Refusal) {
        do {
            var handle = try connect()
            for exchange in topology.exchanges { try handle.declareExchange(exchange, passively: false) }
            for queue in topology.queues {
                try handle.declareQueue(queue.name, arguments: queue.arguments, passively: false)
            }
            for binding in topology.bindings {
                try handle.bind(binding.queue, to: binding.exchange, routingKey: binding.routingKey)
            }
        } catch {
            throw Refusal(description: error.description(with: .pipeline))
        }
    }

    /// The exchanges and queues that are missing or different; empty when all is well. Changes nothing. Blocks the
    /// calling thread. Throws when no broker can be reached.
    public func check() throws(Refusal) -> [TopologyFault] {
        var faults: [TopologyFault] = []
        do {
            var handle = try connect()
            for exchange in topology.exchanges {
                do {
                    try handle.declareExchange(exchange, passively: true)
                    // A passive declaration compares nothing. The exchange exists, so this one creates nothing.
                    try handle.declareExchange(exchange, passively: false)
                } catch {
                    faults.append(
                        explain(
                            "exchange \(exchange)", "a durable topic exchange", error, .exchangeMissing,
                            .exchangeDifferent))
                    // A refused declaration closes the channel.
                    handle = try connect()
                }
            }
            for queue in topology.queues {
                do {
                    try handle.declareQueue(queue.name, arguments: queue.arguments, passively: true)
                    // A passive declaration compares no arguments. The queue exists, so this one creates nothing.
                    try handle.declareQueue(queue.name, arguments: queue.arguments, passively: false)
                } catch {
                    let arguments = JSONValue.object(queue.arguments).text
                    faults.append(
                        explain(
                            "queue \(queue.name)", "a durable queue with \(arguments)", error, .queueMissing,
                            .queueDifferent))
                    handle = try connect()
                }
            }
        } catch {
            throw Refusal(description: error.description(with: .pipeline))
        }
        return faults
    }

    func connect() throws(AMQPFailure) -> AMQPHandle {
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

    private func explain(
        _ what: String, _ expected: String, _ failure: AMQPFailure, _ missing: TopologyFault.Code,
        _ different: TopologyFault.Code
    ) -> TopologyFault {
        let repair = RepairCommand(
            prefix: topology.prefix, virtualHost: options.urls.first?.virtualHost ?? "/")
        return switch failure.replyCode {
        case 404:
            TopologyFault(
                missing, what, expected: expected, found: TopologyFault.nothing, repair: repair.apply)
        case 405, 406:
            TopologyFault(different, what, expected: expected, found: failure.reason, repair: repair.replace)
        default:
            // The user has too few permissions, which an import of the definitions restores.
            TopologyFault(.refused, what, expected: expected, found: failure.reason, repair: repair.apply)
        }
    }
}
