/// Why the store did not answer. There is one reaction a case.
public enum StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Not now: busy, locked, away, out of space. The same call may succeed later.
    case unavailable(String)
    /// Never: the store is not one of ours, is damaged, or is newer than this program.
    case unusable(String)

    public var description: String {
        switch self {
        case .unavailable(let reason): "the store is not available: \(reason)"
        case .unusable(let reason): "the store can't be used: \(reason)"
        }
    }
}
