public import JobCore
public import Logging
public import Messaging
import StageKit
public import Store

/// Requests lost deliveries again, and the first deliveries of executions that were buffered, if they are still
/// pending.
public struct RedeliveryHandler: MessageHandler {
    private let store: any DispatchStore
    private let share: ServiceShare
    private let time: any TimeSource
    private let logger: Logger

    /// `share` is the one of all handlers of the process.
    public init(store: any DispatchStore, share: ServiceShare, time: any TimeSource, logger: Logger) {
        self.store = store
        self.share = share
        self.time = time
        self.logger = logger
    }

    public func handle(_ batch: [InboundMessage]) async throws -> HandledBatch {
        let read = batch.decoded { message throws(UnreadableMessage) in
            try message.decoded(as: RedeliveryRequested.self)
        }
        let recorded = try await store.recorded(read.messages.map(\.executionID))
        let byID = Dictionary(recorded.map { ($0.execution.id, $0) }) { first, _ in first }
        let secrets = try await store.validSecrets(
            of: Set(recorded.map(\.execution.jobName.service)), at: time.now())
        let nowMilliseconds = time.monotonicMilliseconds()
        var messages: [OutboundMessage] = []
        var (count, bytes): (Int?, Int) = (nil, 0)
        for (index, request) in zip(read.indices, read.messages) {
            // The batch is small, but its jobs may be large.
            guard bytes < MessageLimits.batchBytesMax else {
                count = index
                break
            }
            guard let recorded = byID[request.executionID], Self.isDue(request, recorded.execution) else { continue }
            let execution = recorded.execution
            let metadata: Logger.Metadata = [
                "execution_id": "\(execution.id)", "job": "\(execution.jobName)",
            ]
            guard let stored = try await store.job(named: execution.jobName) else {
                logger.info("delivery not requested: its job was deleted, the ttl ends it", metadata: metadata)
                continue
            }
            if request.isRelease {
                logger.debug("requested the delivery of a run that was buffered", metadata: metadata)
            } else {
                logger.warning("a delivery was lost, requested it again", metadata: metadata)
            }
            let isBulk = share.isBulk(of: execution.jobName.service, nowMilliseconds: nowMilliseconds)
            messages.append(
                recorded.redelivery(
                    job: stored.job, isBulk: isBulk, secrets: secrets[execution.jobName.service] ?? .derived))
            bytes += stored.job.deliveryBytes
        }
        return HandledBatch(messages: messages, dead: read.dead, count: count)
    }

    /// A release that is handled again requests nothing once its delivery was attempted, deferred or found lost. Nor
    /// does another request once the delivery was deferred or found lost again, however late it is handled.
    private static func isDue(_ request: RedeliveryRequested, _ execution: Execution) -> Bool {
        // The job of a test is not the one on record.
        guard execution.state.status == .pending, !execution.state.isBuffered, execution.trigger != .test else {
            return false
        }
        return request.isRelease
            ? execution.isJustReleased && execution.attemptDueAt == request.foundAt
            : execution.attemptDueAt <= request.foundAt
    }
}
