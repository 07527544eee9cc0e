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
    /// A destination that goes on confirming nothing fails for twice as long each time, up to this: each of its trials
    /// takes two seconds from all other destinations.
    static let silentForMax: Duration = .seconds(60)
    /// A destination that confirms nothing for this long has no answer.
    static let confirmWait: Duration = .seconds(2)
    /// Jobs name their destinations, so there may be any number.
    static let destinationsMax = 10_000

    private struct Entry {
        var standing: Standing
        var until: ContinuousClock.Instant
        /// How often in a row it has confirmed nothing.
        var silences = 0
    }

    private var known: [ConfirmTracker.Destination: Entry] = [:]

    var count: Int { known.count }

    func standing(of destination: ConfirmTracker.Destination, at now: ContinuousClock.Instant) -> Standing {
        known[destination].flatMap { now < $0.until ? $0.standing : nil } ?? .unknown
    }

    /// A message got this answer, for which it has waited so long. A full wait in vain tells of the destination, as
    /// with a queue that has lost its majority; a shorter one tells nothing.
    mutating func learn(
        _ destination: ConfirmTracker.Destination, _ answer: ServiceBroker.Answer, waited: Duration = .zero,
        at now: ContinuousClock.Instant
    ) {
        switch answer {
        case .confirmed, .unroutable, .full:
            let until = now + Self.worksFor
            // Messages may be many: once a second is enough.
            if let entry = known[destination], entry.standing == .works, until - entry.until < .seconds(1) { return }
            keep(destination, Entry(standing: .works, until: until), at: now)
        case .missingExchange, .notPermitted:
            keep(destination, Entry(standing: .fails(answer), until: now + Self.failsFor), at: now)
        case .unavailable where waited >= Self.confirmWait:
            let silences = known[destination]?.silences ?? 0
            let time = min(Self.failsFor * (1 << min(silences, 10)), Self.silentForMax)
            keep(destination, Entry(standing: .fails(answer), until: now + time, silences: silences + 1), at: now)
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
        _ destination: ConfirmTracker.Destination, _ entry: Entry, at now: ContinuousClock.Instant
    ) {
        if known.count >= Self.destinationsMax { known = known.filter { now < $0.value.until } }
        if known.count >= Self.destinationsMax { known.removeAll() }
        known[destination] = entry
    }
}
