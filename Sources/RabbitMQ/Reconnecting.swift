/// How many tries to keep a connection have failed in a row, which decides the wait before the next.
///
/// Pure. A try counts as a success, and the next loss as the first, once the connection has proved useful or has
/// stayed open for a while: a standby's connection has nothing to do. A channel that the broker closed with a reason
/// of its own (a missing exchange, a missing permission) proves nothing by what it did before: the next message of the
/// same kind closes it again.
struct Reconnecting {
    private static let steadyAfter: Duration = .seconds(5)

    /// The number of the next try; 0 after a success.
    private(set) var attempt = 0
    private var openedAt: ContinuousClock.Instant?
    private var hasProvedUseful = false

    mutating func opened(at now: ContinuousClock.Instant) {
        (openedAt, hasProvedUseful) = (now, false)
    }

    /// A message has arrived, or was confirmed.
    mutating func provedUseful() { hasProvedUseful = true }

    /// The connection is lost, or could not be made. Answers the number of failures in a row before this one.
    mutating func failed(isRefusal: Bool, at now: ContinuousClock.Instant) -> Int {
        let wasSteady = openedAt.map { now - $0 >= Self.steadyAfter } ?? false
        if wasSteady || hasProvedUseful && !isRefusal { attempt = 0 }
        (openedAt, hasProvedUseful) = (nil, false)
        defer { attempt += 1 }
        return attempt
    }
}
