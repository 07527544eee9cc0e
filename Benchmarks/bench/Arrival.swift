import JobCore

/// The arrival of a webhook at a `FastService`.
struct Arrival {
    var at: Instant
    /// The number that is the path of the target's URL; 0 for `/`.
    var mark: Int64
}
