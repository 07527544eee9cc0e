/// Why the store did not do what it was asked to. Each case stands for one reaction.
public enum StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// **Wait.** The same call may succeed later: the store is locked by another program, its disk is full, or it can't
    /// be opened, read or written now. No message is at fault, so a batch waits and is tried again as it is.
    case unavailable(String)
    /// **Act.** The same call fails each time: the store is not a Belfry store, was written by a newer Belfry, is
    /// damaged, holds a row that can't be read, or refuses a value. A daemon that can't open the store for this reason
    /// ends; a batch is tried message by message, and the message at fault becomes a dead letter.
    case unusable(String)

    /// A sentence for logs. It names the store's path, so it does not belong in an answer of the API.
    public var description: String {
        switch self {
        case .unavailable(let reason): "the store is unavailable: \(reason)"
        case .unusable(let reason): "the store can't be used: \(reason)"
        }
    }
}
