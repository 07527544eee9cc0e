/// How a command about dead letters has ended.
enum DeadEnd: Equatable {
    /// All letters that were meant have had their turn.
    case complete
    /// By Ctrl-C.
    case interrupted
    /// By an answer, or because there was none.
    case failed([String])

    /// Its name in JSON.
    var name: String {
        switch self {
        case .complete: "complete"
        case .interrupted: "interrupted"
        case .failed: "failed"
        }
    }
}
