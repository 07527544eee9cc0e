/// Why a backup was not made, or not restored. Nothing was changed.
public enum BackupError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The store, or the backup, can't be used or is unavailable.
    case store(StoreError)
    /// The copy that was made is damaged, and was removed: a sentence for each damage.
    case damaged(path: String, [String])
    /// Something else about the files is wrong: a sentence with the remedy.
    case refused(String)

    /// Sentences for people, with the paths.
    public var description: String {
        switch self {
        case .store(let error): "\(error)"
        case .damaged(let path, let damage): "\(path) is damaged: \(damage.joined(separator: "; "))"
        case .refused(let reason): reason
        }
    }
}
