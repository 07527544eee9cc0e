public import JobCore
import Messaging
public import StageKit

/// Publishes marks into the queues in which deliveries wait. Each of them keeps its order, so a mark that has passed
/// all of them shows that every delivery which waited before has reached a courier.
public struct MarkMaker: PeriodicStage {
    public let name = "marks"
    public let intervalMilliseconds = LineProgress.markIntervalMilliseconds

    public init() {}

    public func pass(at now: Instant) async throws -> PassResult {
        PassResult(messages: [OutboundMessage(DeliveryMark(madeAt: now))])
    }
}
