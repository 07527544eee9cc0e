import Foundation
import Messaging

extension TopologyDeclarer {
    /// Deletes a queue of the topology if it is empty and nobody consumes it, so that no message is lost. Its bindings
    /// go first: the broker returns what has no queue, and the publisher keeps it. Blocks the calling thread. Throws if
    /// the queue is in use; then its bindings are there again.
    public func deleteUnusedQueue(_ name: String) throws(Refusal) {
        let bindings = topology.bindings.filter { $0.queue == name }
        do {
            var handle = try connect()
            for binding in bindings {
                try handle.unbind(name, from: binding.exchange, routingKey: binding.routingKey)
            }
            // What was routed before reaches the queue meanwhile.
            Thread.sleep(forTimeInterval: 1)
            let (messages, consumers) = try handle.declareQueue(name, arguments: [:], passively: true)
            guard messages == 0, consumers == 0 else {
                for binding in bindings {
                    try handle.bind(name, to: binding.exchange, routingKey: binding.routingKey)
                }
                throw Refusal(
                    description: """
                        queue \(name) has \(messages) messages and \(consumers) consumers, so it is not replaced. Let \
                        its stage empty it, stop all stages, and run the command again
                        """)
            }
            try handle.deleteQueue(name)
        } catch let error as AMQPFailure {
            throw Refusal(description: error.description(with: .pipeline))
        } catch let error as Refusal {
            throw error
        } catch {
            throw Refusal(description: "\(error)")
        }
    }
}
