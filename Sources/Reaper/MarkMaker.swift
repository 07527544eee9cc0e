public import JobCore
import Messaging
public import StageKit

/// Publishes marks into the couriers' queue. The queue keeps its order, so a mark that a courier takes out shows that
/// everything requested before has reached a courier.
public struct MarkMaker: PeriodicStage {
    public let name = "marks"
    public let intervalMilliseconds = LineProgress.markIntervalMilliseconds

    public init() {}

    public func pass(at now: Instant) async throws -> PassResult {
        PassResult(messages: [OutboundMessage(DeliveryMark(madeAt: now))])
    }
}
