/// Where a connection is in its requests. Requests may be pipelined: a client may send one before the answer to the one
/// before. Pure.
struct RequestCount {
    /// What the connection waits for.
    enum Phase {
        /// The first byte of a request.
        case idle
        /// The rest of a request's head.
        case head
        /// The rest of a request's body, while no other request is at work.
        case body
        /// Nothing: a complete request is at work.
        case work
    }

    private var hasHeadBegun = false
    private var heads = 0
    private var bodies = 0
    private var begunAnswers = 0
    private var answers = 0
    /// The number of the request after which the client sends no other that counts.
    private var last: Int?
    /// The bytes of the bodies of the requests that are not answered yet, the oldest first.
    private var bodyBytes: [Int] = []

    var phase: Phase {
        if bodies > answers { return .work }
        if heads > bodies { return .body }
        return hasHeadBegun ? .head : .idle
    }

    /// Whether an answer has begun that the client has not taken yet.
    var isAnswering: Bool { begunAnswers > answers }

    /// Whether bytes that arrive now belong to no request: they come after the last one.
    var isOver: Bool { last.map { bodies >= $0 } ?? false }

    /// Bytes arrived. Those that come between two requests begin one.
    mutating func receiveBytes() {
        if heads == bodies { hasHeadBegun = true }
    }

    /// The next head is that of the connection's last request.
    mutating func markNextAsLast() {
        last = heads + 1
    }

    mutating func endHead() {
        hasHeadBegun = false
        heads += 1
        bodyBytes.append(0)
    }

    mutating func receiveBody(_ bytes: Int) {
        bodyBytes[bodyBytes.count - 1] += bytes
    }

    mutating func endBody() { bodies += 1 }

    /// An answer begins. Returns whether it closes the connection: it is the last one, or it comes before the end of
    /// its request's body.
    mutating func beginAnswer() -> Bool {
        let isEarly = bodies <= begunAnswers
        begunAnswers += 1
        return isEarly || begunAnswers == last
    }

    /// The client has taken an answer. Returns the bytes of its request's body, which are no longer held.
    mutating func endAnswer() -> Int {
        answers += 1
        return bodyBytes.isEmpty ? 0 : bodyBytes.removeFirst()
    }
}
