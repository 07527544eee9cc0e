public import Messaging

/// Divides a batch so that a message which ends the process, whenever it is handled, costs no other message.
///
/// When a process dies, the broker takes back everything that it held, and counts one return for each of these
/// messages; at the queue's delivery limit (20) they become dead letters, the innocent with the guilty. So a message
/// that was returned twice is handled alone, and all before it are acked by then. Thus the guilty message soon is the
/// first that a new process gets. If the first one was returned ten times, it is set aside as a dead letter, unhandled,
/// and the messages behind it, which have the same count, are handled.
///
/// What holds: one such message is set aside after at most ten deaths, up to ten of them in one consumer's prefetch
/// one after the other, and no message behind them is lost to their company. What does not: a process that dies ten
/// times for another reason, before it has acked anything, sets aside one innocent message with each further start.
///
/// One for each consumer, from its first batch on.
public struct CrashGuard: Sendable {
    /// A part of a batch.
    public enum Step: Sendable, Equatable {
        /// Handle these together.
        case together([InboundMessage])
        /// Handle this one alone, and ack it before the next.
        case alone(InboundMessage)
        /// Make this one a dead letter, and don't handle it.
        case setAside(InboundMessage)
    }

    /// A single return is usual: a broker or a stage was restarted.
    private static let returnsOfSuspects = 2
    private static let returnsOfCulprits = 10

    private let returns: @Sendable (InboundMessage) -> Int
    private var hasBegun = false

    /// `returns` counts the returns of a message; by default it is the broker's count.
    public init(returns: @escaping @Sendable (InboundMessage) -> Int = { $0.returnCount }) {
        self.returns = returns
    }

    /// The parts of the next batch, in its order.
    public mutating func steps(for batch: [InboundMessage]) -> [Step] {
        var steps: [Step] = []
        var usual: [InboundMessage] = []
        for message in batch {
            let isFirst = !hasBegun
            hasBegun = true
            let count = returns(message)
            guard count >= Self.returnsOfSuspects else {
                usual.append(message)
                continue
            }
            if !usual.isEmpty { steps.append(.together(usual)) }
            usual = []
            let isCulprit = isFirst && count >= Self.returnsOfCulprits
            steps.append(isCulprit ? .setAside(message) : .alone(message))
        }
        if !usual.isEmpty { steps.append(.together(usual)) }
        return steps
    }
}
