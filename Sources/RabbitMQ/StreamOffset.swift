public import Messaging

/// Where a consumer begins to read a stream (RabbitMQ documentation, "Streams", consuming).
public enum StreamOffset: Sendable, Equatable {
    /// The oldest message that is kept.
    case first
    /// The chunk of messages that was written last.
    case last
    /// The message with this number, or the oldest that is kept if that was removed. The messages of a stream are
    /// numbered from 0.
    case offset(Int64)
    /// The first chunk that was written at or after this instant, in seconds since the epoch. It may begin with earlier
    /// messages.
    case written(secondsSinceEpoch: Int64)

    static let header = "x-stream-offset"

    var arguments: AMQPTable {
        switch self {
        case .first: [Self.header: .text("first")]
        case .last: [Self.header: .text("last")]
        case .offset(let number): [Self.header: .integer(max(0, number))]
        case .written(let seconds): [Self.header: .timestamp(UInt64(max(0, seconds)))]
        }
    }
}

extension InboundMessage {
    /// The message's number in the stream that it was read from; nil for messages of other queues.
    public var streamOffset: Int64? { headers[StreamOffset.header].flatMap { Int64($0) } }
}
