/// Whether a batch waits for the confirms of its events.
///
/// Pure. A queue that does not answer costs one short wait a minute, and one that answers late one every five seconds.
struct EventPatience {
    private static let interval: Duration = .seconds(60)
    private static let intervalOnceConfirmed: Duration = .seconds(5)

    private var ranOutAt: ContinuousClock.Instant?
    private var loggedAt: ContinuousClock.Instant?

    /// `isAllConfirmed`: no event is unconfirmed now.
    func mayWait(at now: ContinuousClock.Instant, isAllConfirmed: Bool) -> Bool {
        let interval = isAllConfirmed ? Self.intervalOnceConfirmed : Self.interval
        return ranOutAt.map { now - $0 >= interval } ?? true
    }

    /// A wait was in vain, or events were refused because earlier ones are unconfirmed. True once a minute, for the
    /// log.
    mutating func ranOut(at now: ContinuousClock.Instant) -> Bool {
        ranOutAt = now
        guard loggedAt.map({ now - $0 >= Self.interval }) ?? true else { return false }
        loggedAt = now
        return true
    }
}
