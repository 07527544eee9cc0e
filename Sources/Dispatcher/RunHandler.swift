public import JobCore
public import Store
public import Logging
public import Messaging
internal import StageKit

/// Runs jobs that a person or a program asked for, and delivers pending executions once more when the reaper asks.
public struct RunHandler: MessageHandler {
    private let store: any DispatchStore
    private let time: any TimeSource
    private let logger: Logger

    public init(store: any DispatchStore, time: any TimeSource, logger: Logger) {
        self.store = store
        self.time = time
        self.logger = logger
    }

    public func handle(_ batch: [InboundMessage]) async throws -> HandledBatch {
        var result = HandledBatch()
        var jobs: [Job] = []
        var executions: [Execution] = []
        let onRecord: [RecordedExecution]
        let now = time.now()
        do throws(StoreError) {
            for (index, message) in batch.enumerated() {
                let run: RunRequested
                do throws(UnreadableMessage) {
                    run = try MessageCoder.decode(RunRequested.self, from: message.body)
                } catch {
                    result.dead.append(.init(index: index, reason: .unreadable, error: "\(error)"))
                    continue
                }
                guard let stored = try await store.job(named: run.name) else {
                    result.dead.append(.init(index: index, reason: .failing, error: "there is no job \(run.name)"))
                    continue
                }
                jobs.append(stored.job)
                // An id that is on record already keeps its execution: then only its delivery is said again.
                executions.append(
                    Execution.new(
                        run.executionID, of: stored.job, occurrence: run.requestedAt, ttlFrom: run.requestedAt,
                        now: now,
                        schedule: "run", payload: run.payload, retryOf: run.retryOf))
            }
            onRecord = try await store.create(executions, now: now)
        } catch {
            throw HandlingError(error)
        }
        precondition(onRecord.count == jobs.count, "the store answers every execution that it was given")
        for (job, created) in zip(jobs, onRecord) {
            logger.info(
                created.isNew ? "run asked for" : "delivering again",
                metadata: ["execution_id": "\(created.execution.id)", "job": "\(job.name)"])
            result.messages += try Deliveries.messages(for: created, job: job)
        }
        return result
    }
}
