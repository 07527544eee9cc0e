import JobCore
import Logging
import Messaging
import StageKit
import Store

/// Retries the executions whose deliveries were replayed after they had failed. A failed execution has one such
/// retry, an execution of its own that is linked to it.
struct LinkedRetries {
    let store: any DispatchStore
    let share: ServiceShare
    let time: any TimeSource
    let logger: Logger

    /// The retry of an execution that has failed, with its job as it is now; nil if the job was deleted. `headers` are
    /// those of the replayed message.
    func retry(
        of failed: Execution, replays: Replays, headers: [String: String], mayHaveBeenHandled: Bool
    ) async throws(StoreError) -> NewExecution? {
        guard let job = try await store.job(named: failed.jobName)?.job else { return nil }
        let now = time.now()
        let execution = Execution.requested(
            Execution.id(ofReplayOf: failed.id), of: job, at: now, payload: failed.payload,
            retryOf: failed.id, now: now)
        return NewExecution(
            job: job, execution: execution, mayHaveBeenHandled: mayHaveBeenHandled, isReplay: true,
            isBulk: share.isBulk(of: job.name.service, nowMilliseconds: time.monotonicMilliseconds()),
            headers: DeliveryRequested.foreignHeaders(of: headers).merging(replays.judged.headers) { $1 })
    }

    /// Records the retries, and returns the messages that they lead to.
    func record(_ retries: [NewExecution]) async throws(StoreError) -> [OutboundMessage] {
        guard !retries.isEmpty else { return [] }
        let recorded = try await NewExecution.record(retries, in: store, time: time)
        let led = Set(recorded.filter { $0.new.requestsDelivery($0.execution) }.map(\.execution.execution.id))
        for retry in retries {
            logger.info(
                led.contains(retry.execution.id)
                    ? "a replayed delivery runs as a retry" : "a replayed delivery was replayed before",
                metadata: [
                    "execution_id": "\(retry.execution.id)", "job": "\(retry.job.name)",
                    "retry_of": retry.execution.retryOf.map { "\($0)" } ?? "",
                ])
        }
        return recorded.flatMap { $0.new.messages($0.execution) }
    }
}
