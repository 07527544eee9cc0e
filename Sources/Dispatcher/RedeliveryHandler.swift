import JobCore
public import Logging
public import Messaging
import StageKit
public import Store

/// Requests lost deliveries again, if their executions are still pending.
public struct RedeliveryHandler: MessageHandler {
    private let store: any DispatchStore
    private let logger: Logger

    public init(store: any DispatchStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    public func handle(_ batch: [InboundMessage]) async throws -> HandledBatch {
        let read = batch.decoded { message throws(UnreadableMessage) in
            try message.decoded(as: RedeliveryRequested.self)
        }
        var messages: [OutboundMessage] = []
        for recorded in try await store.recorded(read.messages.map(\.executionID)) {
            let execution = recorded.execution
            guard execution.state.status == .pending else { continue }
            let metadata: Logger.Metadata = [
                "execution_id": "\(execution.id)", "job": "\(execution.jobName)",
            ]
            guard let stored = try await store.job(named: execution.jobName) else {
                logger.info("delivery not requested again: its job was deleted, the ttl ends it", metadata: metadata)
                continue
            }
            logger.warning("a delivery was lost, requested it again", metadata: metadata)
            messages.append(recorded.redelivery(job: stored.job, isBulk: false))
        }
        return HandledBatch(messages: messages, dead: read.dead)
    }
}
