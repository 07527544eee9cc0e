import BrokerAccess
import Foundation
import JobCore
import Logging
import Messaging
import SQS
import Settings
import StageKit

/// The queue on SQS that services may call back to.
struct CallbackQueue {
    private static let connections = 4

    private let client: SQSClient
    /// Nil if there is none.
    private let queue: SQSQueueURL?
    private let callbackExchange: String

    init(_ settings: SQSSettings, topology: Topology) {
        queue = settings.callbackQueue
        callbackExchange = topology.name(of: .callbacks)
        client = SQSClient(
            name: "sqs", maxConnectionsPerHost: Self.connections,
            environment: AWSEnvironment(variables: ProcessInfo.processInfo.environment), region: settings.region,
            time: SystemTime())
    }

    /// The client's loop and another one, until they are cancelled.
    func run(beside other: @escaping @Sendable () async -> Void) async {
        async let loop: Void = client.run()
        await other()
        await loop
    }

    /// A broker whose consumers get this queue's messages, and who publish on `pipeline`. Nil without a queue.
    func broker(_ pipeline: any MessageBroker, logger: Logger) -> (any MessageBroker)? {
        guard let queue else { return nil }
        return SQSCallbackBroker(
            client: client, queue: queue, pipeline: pipeline, callbackExchange: callbackExchange, time: SystemTime(),
            logger: logger)
    }
}
