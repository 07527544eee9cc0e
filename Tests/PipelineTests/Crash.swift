/// The point of a pass at which a process crashes, as if by `kill -9`, or is frozen.
enum Crash: CaseIterable {
    /// Its transaction is committed, nothing is published.
    case beforePublish
    /// Half of its messages are published.
    case amidPublish
    /// All messages are published and confirmed, nothing is acked.
    case afterPublish
}
