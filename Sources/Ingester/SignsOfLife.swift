public import JobCore
import Messaging
public import StageKit
public import Store

/// Publishes signs of life of a callback endpoint, the next one only after the last is confirmed. While they come
/// without a gap, callbacks can be received, and silence counts.
public struct SignsOfLife: PeriodicStage {
    public let name = "signs of life"
    public let intervalMilliseconds = LineProgress.signIntervalMilliseconds

    private let store: any CallbackStore

    /// Only whether the store answers matters.
    private static let anyExecution = ExecutionID(namespace: JobName(service: "", job: "").id.uuid, name: "")

    public init(store: any CallbackStore) {
        self.store = store
    }

    /// Throws while the store cannot be read, since callbacks are then answered 503.
    public func pass(at now: Instant) async throws -> PassResult {
        _ = try await store.statuses(of: [Self.anyExecution])
        return PassResult(messages: ReportLine.allCases.map { OutboundMessage(SignOfLife(madeAt: now, line: $0)) })
    }
}
