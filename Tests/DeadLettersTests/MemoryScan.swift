import Messaging

/// Dead letters in memory: what is taken and not removed is there again, in its place.
actor MemoryScan: DeadLetterScan {
    var letters: [WorkQueue: [TakenLetter]]
    private(set) var published: [[OutboundMessage]] = []
    private let outcome: @Sendable (OutboundMessage) -> PublishOutcome
    private let batch: Int
    private var place: (queue: WorkQueue, next: Int)?
    private var isAvailable = true
    private var publishesLeft = Int.max
    private let beforeNext: @Sendable () -> Void

    init(
        _ letters: [WorkQueue: [TakenLetter]], batch: Int = 3,
        outcome: @escaping @Sendable (OutboundMessage) -> PublishOutcome = { _ in .confirmed },
        beforeNext: @escaping @Sendable () -> Void = {}
    ) {
        self.letters = letters
        self.batch = batch
        self.beforeNext = beforeNext
        self.outcome = outcome
    }

    var isClosed: Bool { place == nil }

    func fail() { isAvailable = false }

    /// The broker fails after this number of windows.
    func fail(afterWindows count: Int) { publishesLeft = count }

    func numbers(of queue: WorkQueue) -> [UInt64] { letters[queue, default: []].map(\.message.tag.number) }

    func open(_ queue: WorkQueue) throws(PublishError) {
        guard isAvailable else { throw .unavailable("switched off") }
        place = (queue, 0)
    }

    private var taken: [TakenLetter] = []

    func next() throws(PublishError) -> [TakenLetter]? {
        guard let (queue, next) = place else { return nil }
        beforeNext()
        if next == 0 { taken = letters[queue, default: []] }
        let found = Array(taken.dropFirst(next).prefix(batch))
        place = (queue, next + found.count)
        return found.isEmpty ? nil : found
    }

    func publish(_ messages: [OutboundMessage]) throws(PublishError) -> [PublishOutcome] {
        guard publishesLeft > 0 else { throw .unavailable("switched off") }
        publishesLeft -= 1
        published.append(messages)
        return messages.map(outcome)
    }

    func remove(_ tags: [MessageTag]) throws(PublishError) {
        guard let (queue, _) = place else { return }
        letters[queue]?.removeAll { tags.contains($0.message.tag) }
    }

    func close() { place = nil }
}
