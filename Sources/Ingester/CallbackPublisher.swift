import JobCore
import Logging
import Messaging
import Signing
import StageKit
import Store

/// Asks whether the executions of callbacks are still open, and publishes those of open ones.
struct CallbackPublisher: Sendable {
    /// Thousands of heartbeats a second would be hundreds of batches.
    private static let paceMilliseconds: Int64 = 10

    private let time: any TimeSource
    private let coalescer: Coalescer<CheckedCallback, CallbackVerdict>

    /// A publish that takes longer than `publishMaxMilliseconds` fails its callbacks and those behind it.
    init(store: any CallbackStore, broker: any MessageBroker, time: any TimeSource, publishMaxMilliseconds: Int64) {
        self.time = time
        // Callbacks come in bursts: those that arrive while a batch is published share the next query and publish.
        coalescer = Coalescer(
            limit: 500, workMaxMilliseconds: publishMaxMilliseconds, paceMilliseconds: Self.paceMilliseconds
        ) { callbacks in
            do {
                let statuses = try await store.statuses(of: callbacks.map(\.token.executionID))
                let verdicts = callbacks.map {
                    CallbackVerdict.decide($0.token, status: statuses[$0.token.executionID], now: $0.receivedAt)
                }
                let taken = zip(callbacks, verdicts).filter { $1 == .take }.map { $0.0.message }
                try await broker.publish(ReportBatch.joined(taken))
                return verdicts.map { .success($0) }
            } catch {
                return callbacks.map { _ in .failure(error) }
            }
        }
    }

    /// Publishes a callback. `receive` gets nil once the broker has it, or why it has not; on any thread.
    func publish(_ callback: CheckedCallback, _ receive: @escaping @Sendable (APIError?) -> Void) {
        coalescer.submit(callback) { result in
            do {
                try judge(result.get(), callback)
                receive(nil)
            } catch {
                var failure = APIError(error)
                failure.details["execution_id"] = "\(callback.token.executionID)"
                receive(failure)
            }
        }
    }

    /// Publishes a callback. Throws why the broker does not have it.
    func publish(_ callback: CheckedCallback) async throws(APIError) {
        let failure = await withCheckedContinuation { caller in
            publish(callback) { caller.resume(returning: $0) }
        }
        if let failure { throw failure }
    }

    private func judge(_ verdict: CallbackVerdict, _ callback: CheckedCallback) throws {
        switch verdict {
        case .take: break
        case .expired: throw CallbackChecks.unauthorized("the token has expired")
        case .over(nil): throw APIError(.gone, "The execution is no longer on record.")
        case .over(let status): throw APIError(.gone, "The execution is over.", executionStatus: status)
        }
        // The service sends it again. Answered 202 it could stand behind an expiry that was noticed in time.
        guard time.now().milliseconds(since: callback.receivedAt) <= ExecutionState.confirmMaxMilliseconds else {
            throw PublishError.unavailable("the confirm of a callback came too late")
        }
    }
}
