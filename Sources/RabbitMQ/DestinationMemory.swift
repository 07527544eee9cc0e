/// What is known of destinations: which work, and which have just failed.
///
/// Pure. What is known has an end, since exchanges come and go and permissions change.
struct DestinationMemory {
    enum Standing: Equatable {
        case unknown
        /// A message for it closes no channel.
        case works
        /// The same answer can be given again without asking the broker.
        case fails(ServiceBroker.Answer)
    }

    static let worksFor: Duration = .seconds(60)
    static let failsFor: Duration = .seconds(5)
    /// Jobs name their destinations, so there may be any number.
    static let destinationsMax = 10_000

    private var known: [ConfirmTracker.Destination: (standing: Standing, until: ContinuousClock.Instant)] = [:]

    var count: Int { known.count }

    func standing(of destination: ConfirmTracker.Destination, at now: ContinuousClock.Instant) -> Standing {
        known[destination].flatMap { now < $0.until ? $0.standing : nil } ?? .unknown
    }

    /// A trial has ended. `isSilence`: the broker was there and gave no answer about this message, as with a queue that
    /// has lost its majority.
    mutating func learn(
        _ destination: ConfirmTracker.Destination, _ answer: ServiceBroker.Answer, isSilence: Bool,
        at now: ContinuousClock.Instant
    ) {
        switch answer {
        case .confirmed, .unroutable, .full: keep(destination, .works, until: now + Self.worksFor, at: now)
        case .missingExchange, .notPermitted: keep(destination, .fails(answer), until: now + Self.failsFor, at: now)
        case .unavailable where isSilence: keep(destination, .fails(answer), until: now + Self.failsFor, at: now)
        // Another message may be a better one, and a lost connection tells nothing of a destination.
        case .rejected, .unavailable: break
        }
    }

    mutating func forget(_ destination: ConfirmTracker.Destination) {
        known[destination] = nil
    }

    /// The channel of those that work was closed because of one of them.
    mutating func forgetThoseThatWork() {
        known = known.filter { $0.value.standing != .works }
    }

    private mutating func keep(
        _ destination: ConfirmTracker.Destination, _ standing: Standing, until: ContinuousClock.Instant,
        at now: ContinuousClock.Instant
    ) {
        if known.count >= Self.destinationsMax { known = known.filter { now < $0.value.until } }
        if known.count >= Self.destinationsMax { known.removeAll() }
        known[destination] = (standing, until)
    }
}
