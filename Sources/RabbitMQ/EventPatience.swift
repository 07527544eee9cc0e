/// Whether a batch waits for the confirms of its events.
///
/// Pure. A queue that does not answer costs one short wait a minute.
struct EventPatience {
    private static let interval: Duration = .seconds(60)

    private var ranOutAt: ContinuousClock.Instant?

    func mayWait(at now: ContinuousClock.Instant) -> Bool {
        ranOutAt.map { now - $0 >= Self.interval } ?? true
    }

    /// A wait was in vain, or events were refused because earlier ones are unconfirmed. True once a minute, for the
    /// log.
    mutating func ranOut(at now: ContinuousClock.Instant) -> Bool {
        guard mayWait(at: now) else { return false }
        ranOutAt = now
        return true
    }
}
