/// What is done with dead letters.
enum DeadVerb: String {
    case replay, drop

    /// The path of the request.
    var path: String { "/dead-letters:\(rawValue)" }

    /// `replayed`
    var past: String { self == .replay ? "replayed" : "dropped" }
}
