import JobCore
import Messaging
import StageKit

/// One pass over the dead letters: takes them in order, looks at each, acts on those that the filter finds, and gives
/// the rest back.
///
/// It ends when its time is over, when it has shown or acted on as many letters or bytes as asked for, or behind the
/// last letter.
struct LetterPass {
    /// Letters that are published together: all of them may be doubled by a crash.
    static let windowLettersMax = 200
    private static let failuresMax = 100

    /// A letter that the filter has found.
    private struct Found {
        var taken: TakenLetter
        var letter: DeadLetter
        /// Its place among the letters of the batch.
        var index: Int
    }

    let request: DeadLettersRequested
    let scan: any DeadLetterScan
    let topology: Topology
    let counts: LetterCounts
    let mayGoOn: @Sendable () -> Bool
    let show: (DeadLetter, [UInt8]) async -> Void

    private var clock: PassClock
    private var pace: LetterPace
    private var result = DeadLettersResult()
    private var shownCount = 0
    private var shownBytes = 0

    init(
        _ request: DeadLettersRequested, scan: any DeadLetterScan, topology: Topology, time: any TimeSource,
        counts: LetterCounts, mayGoOn: @escaping @Sendable () -> Bool,
        show: @escaping (DeadLetter, [UInt8]) async -> Void
    ) {
        self.request = request
        self.scan = scan
        self.topology = topology
        self.counts = counts
        self.mayGoOn = mayGoOn
        self.show = show
        clock = PassClock(time)
        pace = LetterPace(ratePerSecond: request.ratePerSecond, time: time)
    }

    /// Carries out the request. Never throws: the result says what was done, and what has failed.
    mutating func run() async -> DeadLettersResult {
        do throws(PublishError) {
            if request.action == .republish { try await republish() } else { try await scanQueues() }
        } catch {
            result.error = "unavailable"
            // What else was found may be there or not.
            if !isShowing { result.matched = result.done + result.failed }
        }
        await scan.close()
        return result
    }

    private var isTimeOver: Bool { clock.isOver || !mayGoOn() }

    private var isShowing: Bool { request.action == .list || request.action == .show }

    private mutating func scanQueues() async throws(PublishError) {
        let all = WorkQueue.allCases
        var last: DeadLetterPosition?
        result.more = request.after
        for queue in request.filter.scannedQueues {
            if let after = request.after, (all.firstIndex(of: queue) ?? 0) < (all.firstIndex(of: after.queue) ?? 0) {
                continue
            }
            var place = ScanPlace(in: queue, after: request.after, last: last)
            var ended = try await scanQueue(queue, &place)
            if ended, place.isSkipping {
                // Who only looks has seen the letters before the place: from the start on, they would count twice.
                guard request.changesLetters else {
                    (result.more, result.error) = (nil, "position_gone")
                    return
                }
                // The letter was replayed or dropped, so the pass begins with the first that stays.
                place = ScanPlace(in: queue, after: nil, last: last)
                ended = try await scanQueue(queue, &place)
            }
            last = place.last
            guard ended else {
                if place.isSkipping || result.more == nil { result.error = "unavailable" }
                return
            }
        }
        result.more = nil
    }

    /// False when the pass ends before the queue does.
    private mutating func scanQueue(
        _ queue: WorkQueue, _ place: inout ScanPlace
    ) async throws(PublishError) -> Bool {
        let reader = LetterReader(queue: queue, topology: topology)
        if !place.isSkipping { clock.beginWork() }
        try await scan.open(queue)
        while let batch = try await scan.next() {
            var (letters, found): ([DeadLetterID], [Found]) = ([], [])
            var isEnough = false
            for taken in batch {
                if place.isSkipping, place.skips(reader.id(of: taken)) { continue }
                clock.beginWork()
                var letter = reader.letter(taken)
                let dealtWith = isShowing ? shownCount : result.done + result.failed + found.count
                if dealtWith >= request.limit {
                    isEnough = true
                    break
                }
                let isMatch = matches(&letter, taken)
                let body = isMatch && isShowing ? shownBody(of: taken) : []
                let bytes = letter.headers.reduce(body.count) { $0 + $1.key.utf8.count + $1.value.utf8.count }
                if isMatch, shownCount > 0, shownBytes + bytes > request.bytesMax ?? .max {
                    isEnough = true
                    break
                }
                result.scanned += 1
                if isMatch {
                    result.matched += 1
                    if isShowing {
                        (shownCount, shownBytes) = (shownCount + 1, shownBytes + bytes)
                        await show(letter, body)
                    } else {
                        found.append(Found(taken: taken, letter: letter, index: letters.count))
                    }
                }
                letters.append(letter.id)
            }
            let acted = try await act(on: found, in: queue)
            let lookedAt = acted.upTo ?? letters.count
            result.scanned -= letters.count - lookedAt
            for (index, id) in letters.prefix(lookedAt).enumerated() {
                if acted.removed.contains(index) { place.removed(id) } else { place.stays(id) }
            }
            result.more = place.last ?? request.after
            if isEnough || acted.upTo != nil || isTimeOver { return false }
        }
        return true
    }

    /// Reads the letter's subject where somebody needs it.
    private func matches(_ letter: inout DeadLetter, _ taken: TakenLetter) -> Bool {
        guard request.filter.matchesAllButSubject(letter), !isOfThisRun(taken) else { return false }
        if isShowing || request.filter.asksForSubject { letter = letter.about(LetterSubject(of: taken, letter)) }
        return request.filter.matchesSubject(letter)
    }

    /// Whether an earlier pass of the same run has replayed the letter, and it has failed again. The time of its
    /// failure doesn't tell: it is by another clock than the filter's.
    private func isOfThisRun(_ taken: TakenLetter) -> Bool {
        guard request.action == .replay, let run = Replay.run(request.filter) else { return false }
        return taken.message.headers[Header.replayRun] == run
    }

    /// The body of a letter as the answer shows it.
    private func shownBody(of taken: TakenLetter) -> [UInt8] {
        guard request.action == .show else { return [] }
        let isLong = taken.bodyBytes > MessageLimits.publishedBodyBytesMax
        return isLong ? Array(taken.message.body.prefix(MessageLimits.bodyBeginningBytes)) : taken.message.body
    }

    /// What became of the letters of a batch: the places of those that were removed, and the place of the first that
    /// there was no time for.
    private typealias Acted = (removed: Set<Int>, upTo: Int?)

    private mutating func act(on found: [Found], in queue: WorkQueue) async throws(PublishError) -> Acted {
        var removed: Set<Int> = []
        var rest = found[...]
        while let first = rest.first {
            guard !isTimeOver else {
                result.matched -= rest.count
                return (removed, first.index)
            }
            let window = nextWindow(of: rest)
            rest = rest.dropFirst(window.count)
            if request.action == .drop {
                try await drop(Array(window), in: queue)
                if !request.isDryRun { removed.formUnion(window.map(\.index)) }
            } else {
                removed.formUnion(try await replay(Array(window), in: queue))
            }
        }
        return (removed, nil)
    }

    private func nextWindow(of found: ArraySlice<Found>) -> ArraySlice<Found> {
        var bytes = 0
        let window = found.prefix(pace.windowLetters(upTo: Self.windowLettersMax)).prefix { found in
            bytes += found.taken.bodyBytes
            return bytes <= MessageLimits.batchBytesMax
        }
        return window.isEmpty ? found.prefix(1) : window
    }

    private mutating func drop(_ window: [Found], in queue: WorkQueue) async throws(PublishError) {
        if !request.isDryRun {
            try await scan.remove(window.map(\.taken.message.tag))
            counts.dropped(window.count, of: queue)
        }
        result.done += window.count
    }

    /// The places of the letters that were removed.
    private mutating func replay(_ window: [Found], in queue: WorkQueue) async throws(PublishError) -> Set<Int> {
        var replays: [(found: Found, replay: Replay)] = []
        for found in window {
            do throws(Replay.Fault) {
                replays.append(
                    (
                        found,
                        try Replay(
                            of: found.letter, in: queue, topology: topology,
                            headers: LetterReader.plainHeaders(of: found.taken.message), body: found.taken.message.body,
                            run: Replay.run(request.filter))
                    ))
            } catch {
                fail(found.letter, error)
            }
        }
        guard !request.isDryRun, !replays.isEmpty else {
            result.done += replays.count
            return []
        }
        pace.begin()
        let outcomes = try await scan.publish(replays.map(\.replay.message))
        CrashPoint.afterConfirm.reach()
        var done: [Found] = []
        for ((found, replay), outcome) in zip(replays, outcomes) {
            if let fault = Self.fault(outcome, replay.message, topology) {
                fail(found.letter, fault)
            } else {
                done.append(found)
            }
        }
        try await scan.remove(done.map(\.taken.message.tag))
        if !done.isEmpty { CrashPoint.afterAck.reach() }
        result.done += done.count
        counts.replayed(done.count, of: queue)
        await pace.wait(after: replays.count)
        return Set(done.map(\.index))
    }

    /// Publishes a letter that is in no queue.
    private mutating func republish() async throws(PublishError) {
        guard let letter = request.letter else { return }
        (result.scanned, result.matched) = (1, 1)
        let replay: Replay
        do throws(Replay.Fault) {
            replay = try Replay(republishing: letter, body: request.letterBody, topology: topology)
        } catch {
            return fail(letter, error)
        }
        guard !request.isDryRun else { return result.done = 1 }
        let outcome = try await scan.publish([replay.message]).first
        if let fault = outcome.flatMap({ Self.fault($0, replay.message, topology) }) {
            return fail(letter, fault)
        }
        result.done = 1
        if let queue = WorkQueue(rawValue: letter.queue) { counts.replayed(1, of: queue) }
    }

    private static func fault(
        _ outcome: PublishOutcome, _ message: OutboundMessage, _ topology: Topology
    ) -> Replay.Fault? {
        switch outcome {
        case .confirmed: nil
        case .unroutable:
            .init(
                code: "unroutable",
                message: PublishError.unroutable(
                    exchange: topology.name(of: message.exchange), routingKey: message.routingKey
                ).description)
        case .refused(let reason): .init(code: "not_taken", message: reason)
        }
    }

    private mutating func fail(_ letter: DeadLetter, _ fault: Replay.Fault) {
        result.failed += 1
        guard result.failures.count < Self.failuresMax else { return }
        result.failures.append(
            .init(id: letter.id, queue: letter.queue, code: fault.code, message: fault.message))
    }
}
