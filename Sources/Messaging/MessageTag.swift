/// Identifies a message that a consumer holds, until it is acked or its connection is lost.
public struct MessageTag: Sendable, Hashable, Comparable {
    /// The number of the connection that the message came over. A tag of an earlier connection is void.
    public var epoch: UInt64
    /// The broker's delivery tag, ascending from 1 on each connection.
    public var number: UInt64

    public init(epoch: UInt64, number: UInt64) {
        self.epoch = epoch
        self.number = number
    }

    public static func < (left: MessageTag, right: MessageTag) -> Bool {
        (left.epoch, left.number) < (right.epoch, right.number)
    }
}
