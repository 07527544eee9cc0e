/// What became of a key that was to be removed.
public enum KeyRemoval: Sendable, Equatable {
    case removed
    /// There is no key of that name.
    case unknown
    /// It is the only key of the scope `admin`, and stays.
    case lastAdmin
}
