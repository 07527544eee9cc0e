/// How a transaction sees and changes the data.
public enum PostgresTransaction: Sendable {
    /// Each statement sees what is committed before it.
    case write
    /// All queries see the same state, and nothing is changed.
    case snapshot
    /// Each statement is a transaction of its own: for one query, or for what the server runs in no transaction.
    case single

    var begin: String? {
        switch self {
        case .write: "BEGIN"
        case .snapshot: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        case .single: nil
        }
    }
}
