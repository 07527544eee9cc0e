/// Where a connection is in its requests. Requests may be pipelined: a client may send one before the answer to the one
/// before. Pure.
struct RequestCount {
    /// What the connection waits for.
    enum Phase {
        /// The first byte of a request.
        case idle
        /// The rest of a request's head.
        case head
        /// The rest of a request's body.
        case body
        /// Nothing: all that was read is at work.
        case work
    }

    private var hasHeadBegun = false
    private var heads = 0
    private var bodies = 0
    private var answers = 0

    var phase: Phase {
        if heads > bodies { return .body }
        if heads > answers { return .work }
        return hasHeadBegun ? .head : .idle
    }

    /// Whether the answer that begins now comes before the end of its request.
    var isAnswerEarly: Bool { bodies <= answers }

    /// Bytes arrived. True if they are the first ones of a request while nothing else goes on.
    mutating func beginHead() -> Bool {
        guard phase == .idle else { return false }
        hasHeadBegun = true
        return true
    }

    mutating func endHead() {
        hasHeadBegun = false
        heads += 1
    }

    mutating func endBody() { bodies += 1 }

    mutating func endAnswer() { answers += 1 }
}
