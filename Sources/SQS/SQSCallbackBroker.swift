public import JobCore
public import Logging
public import Messaging

/// Takes callbacks from a queue on SQS, and publishes what they lead to on the pipeline's broker.
///
/// With it, a consumer of callbacks works on SQS as it does on RabbitMQ: a callback is deleted once the broker has
/// confirmed it, or its dead letter.
public struct SQSCallbackBroker: MessageBroker {
    private let client: SQSClient
    private let queue: SQSQueueURL
    private let pipeline: any MessageBroker
    private let callbackExchange: String
    private let time: any TimeSource
    private let logger: Logger

    /// `callbackExchange` is the name of the exchange for callbacks on the pipeline's broker. Dead letters name it as
    /// their origin, so that they can be published again there.
    public init(
        client: SQSClient, queue: SQSQueueURL, pipeline: any MessageBroker, callbackExchange: String,
        time: any TimeSource, logger: Logger
    ) {
        self.client = client
        self.queue = queue
        self.pipeline = pipeline
        self.callbackExchange = callbackExchange
        self.time = time
        self.logger = logger
    }

    /// Those of the pipeline's broker. An outage of SQS is none: it must not take the other entrances for callbacks
    /// out of service.
    public var faults: [String] { pipeline.faults }

    /// Publishes on the pipeline's broker.
    public func publish(_ messages: [OutboundMessage]) async throws(PublishError) {
        try await pipeline.publish(messages)
    }

    /// The queue on SQS, whatever the name of the pipeline's queue. SQS gives ten messages at a time, and these are
    /// settled before the next.
    public func subscribe(to queue: WorkQueue, prefetch: Int) async -> any MessageSubscription {
        SQSSubscription(
            client: client, queue: self.queue, exchange: callbackExchange, attributes: [Header.token], time: time,
            logger: logger)
    }
}
