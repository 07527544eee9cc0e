/// What a pass over dead letters has done.
public struct DeadLettersResult: Sendable, Equatable, Codable {
    /// A letter that stays, and why.
    public struct Failure: Sendable, Equatable, Codable {
        public var id: DeadLetterID
        public var queue: String
        /// For programs: `forged_origin`, `no_origin`, `unroutable`, `not_taken`, `too_large`,
        /// `unreadable`, `own_request`.
        public var code: String
        /// For people: what is wrong, and what would be right.
        public var message: String

        public init(id: DeadLetterID, queue: String, code: String, message: String) {
            self.id = id
            self.queue = queue
            self.code = code
            self.message = message
        }
    }

    /// How many letters the pass has looked at.
    public var scanned: Int
    /// How many of them the filter has found.
    public var matched: Int
    /// How many were replayed or removed; in a dry run, how many would have been.
    public var done: Int
    /// The letters that stay, and why; at most 100.
    public var failures: [Failure]
    /// How many letters stay because of a failure.
    public var failed: Int
    /// Where the next pass goes on; nil when there is nothing behind. After an error too, as far as it is known.
    public var more: DeadLetterPosition?
    /// Why the pass was not carried out, or ended early: `interrupted`, `unavailable`, `position_gone`. Nil if it was.
    /// The counts say what was done all the same.
    public var error: String?

    public init(
        scanned: Int = 0, matched: Int = 0, done: Int = 0, failures: [Failure] = [], failed: Int = 0,
        more: DeadLetterPosition? = nil, error: String? = nil
    ) {
        self.scanned = scanned
        self.matched = matched
        self.done = done
        self.failures = failures
        self.failed = failed
        self.more = more
        self.error = error
    }
}
