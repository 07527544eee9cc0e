public import JobCore
public import Logging
public import Messaging
import StageKit
public import Store

/// Creates the executions that a person or a program requested, and requests their deliveries. A test delivery is of
/// the job in its message, whatever is on record.
public struct RunHandler: MessageHandler {
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
        let now = time.now()
        let read = batch.decoded { message throws(UnreadableMessage) in
            let run = try message.decoded(as: RunRequested.self)
            try PlausibleTime.check(run.requestedAt, "the time of the request", now: now)
            guard run.test == nil || run.test?.name == run.jobName else {
                throw UnreadableMessage("the job to test is not \(run.jobName)")
            }
            return (run: run, message: message)
        }
        let nowMilliseconds = time.monotonicMilliseconds()
        var dead = read.dead
        var new: [NewExecution] = []
        var (count, bytes): (Int?, Int) = (nil, 0)
        for (index, (run, message)) in zip(read.indices, read.messages) {
            // The batch is small, but its jobs may be large.
            guard bytes < MessageLimits.batchBytesMax else {
                count = index
                break
            }
            guard let job = try await job(of: run) else {
                dead.append(.init(index: index, reason: .failing, error: "there is no job \(run.jobName)"))
                continue
            }
            bytes += job.deliveryBytes
            let execution =
                run.test == nil
                ? Execution.requested(
                    run.executionID, of: job, at: run.requestedAt, payload: run.payload, retryOf: run.retryOf,
                    now: now)
                : Execution.test(run.executionID, of: job, at: run.requestedAt, now: now)
            let isBulk = share.isBulk(of: run.jobName.service, nowMilliseconds: nowMilliseconds)
            new.append(
                NewExecution(
                    job: job, execution: execution, mayHaveBeenHandled: message.mayHaveBeenHandled,
                    isReplay: message.isReplay, isBulk: isBulk))
        }
        let recorded = try await NewExecution.record(new, in: store, time: time)
        for (new, execution) in recorded where execution.isNew {
            logger.info(
                "run requested", metadata: ["execution_id": "\(execution.execution.id)", "job": "\(new.job.name)"])
        }
        let messages = recorded.flatMap { $0.new.messages($0.execution) }
        return HandledBatch(messages: messages, dead: dead, count: count)
    }

    private func job(of run: RunRequested) async throws(StoreError) -> Job? {
        if let test = run.test { return test.forTest }
        return try await store.job(named: run.jobName)?.job
    }
}
