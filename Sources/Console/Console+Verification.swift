import JobCore
import Logging
import Messaging
import StageKit
import Store

extension Console {
    /// How often the record is read while a test is made.
    private static let pollMilliseconds: Int64 = 100

    /// Seconds that the report of an answer may take after the ttl of the test.
    private static let reportSeconds: Int64 = 2

    /// Sends a test delivery to the target of a job that is put, through the pipeline, and waits for its end: for 22 s
    /// at most. An orderly shutdown waits for 25 s, and a client or a proxy for about 30 s.
    ///
    /// Throws `too_many_requests` if the key has its share of verifications at work, `invalid` if the target does
    /// not accept the test, and `unavailable` if the target could not be tested or not in time. Returns what is left of
    /// the key's share.
    func verify(_ job: Job, _ context: KeyContext) async throws -> RateLimit {
        try await verifications.run(context.key.name) { try await requireAccepted(job, context) }.limit
    }

    private func requireAccepted(_ job: Job, _ context: KeyContext) async throws {
        let test = job.forTest
        let id = ExecutionID.random()
        try await record(
            .testRequested, context, service: job.name.service, job: job.name.job, subject: "\(id)")
        try await publisher.call(
            OutboundMessage(
                RunRequested(executionID: id, jobName: job.name, requestedAt: time.now(), test: test)))
        let metadata: Logger.Metadata = [
            "execution_id": "\(id)", "job": "\(job.name)", "by": "\(context.key.name)",
        ]
        logger.info("test requested", metadata: metadata)
        let execution = try await end(of: id, withinSeconds: test.ttlSeconds + Self.reportSeconds)
        var refusal: APIError
        switch TestVerdict.decide(execution, target: job.target.kind) {
        case .accepted: return
        case .notAccepted(let error):
            refusal = APIError(.invalid, "The job is not stored: its target did not accept a test.", errors: [error])
        case .notTested(let error):
            refusal = APIError(
                .unavailable, "The job is not stored: its target could not be tested.", errors: [error])
        case .notMade:
            refusal = APIError(
                .unavailable,
                "The job is not stored: a test of its target was not made in time. Send the same request again.")
            await cancel(execution)
        }
        refusal.executionID = id
        refusal.details = metadata
        throw refusal
    }

    /// The execution once it is over, or as it is on record at the end of the wait.
    private func end(of id: ExecutionID, withinSeconds seconds: Int64) async throws -> Execution? {
        let begun = time.monotonicMilliseconds()
        while true {
            try await time.sleep(milliseconds: Self.pollMilliseconds)
            let execution = try await store.execution(id)
            if execution?.state.status.isFinal == true { return execution }
            guard time.monotonicMilliseconds() - begun < seconds * 1_000 else { return execution }
        }
    }

    /// Nobody waits for this test any more. Its ttl ends it, too, so a broker that is unavailable is no fault.
    private func cancel(_ execution: Execution?) async {
        guard let execution, !execution.state.status.isFinal else { return }
        try? await publisher.call(
            OutboundMessage(ExecutionCancelled(executionID: execution.id, cancelledAt: time.now())))
    }
}
