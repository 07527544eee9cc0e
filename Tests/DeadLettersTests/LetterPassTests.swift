import Determinism
import JobCore
import Messaging
import Synchronization
import Testing

@testable import DeadLetters

func request(
    _ action: DeadLettersRequested.Action, _ filter: DeadLetterFilter = .init(queues: [.dispatcherRuns]),
    after: DeadLetterPosition? = nil, limit: Int = 100, rate: Int? = nil, isDryRun: Bool = false
) -> DeadLettersRequested {
    DeadLettersRequested(
        requestID: DeadLetterID.random().description, asker: DeadLetterID.random().description, action: action,
        filter: filter, after: after, limit: limit, ratePerSecond: rate, isDryRun: isDryRun, requestedBy: "ann")
}

/// Guarantee: a pass acts on what it was asked for, within its bounds, and every other letter stays in its place.
@Suite struct `A pass over dead letters` {
    private let time = HandTime(milliseconds(1_000_000))

    /// Letters with the ids m-1, m-2, …
    private func letters(_ count: Int, _ headers: (Int) -> [String: String?] = { _ in [:] }) -> [TakenLetter] {
        (1...count).map { taken(UInt64($0), headers: headers($0), id: "m-\($0)") }
    }

    private actor Shown {
        private(set) var letters: [(DeadLetter, [UInt8])] = []
        func add(_ letter: DeadLetter, _ body: [UInt8]) { letters.append((letter, body)) }
        var ids: [String] { letters.compactMap(\.0.messageID) }
    }

    private func pass(
        _ request: DeadLettersRequested, _ scan: MemoryScan, _ shown: Shown = Shown()
    ) async -> DeadLettersResult {
        var pass = LetterPass(
            request, scan: scan, topology: topology, time: time, counts: LetterCounts(), mayGoOn: { true },
            show: { letter, body in await shown.add(letter, body) })
        let result = await pass.run()
        #expect(await scan.isClosed)
        return result
    }

    @Test func `a list shows the letters page by page, in order, and changes nothing`() async throws {
        let scan = MemoryScan([.dispatcherRuns: letters(5), .courierBulk: letters(2)])
        let shown = Shown()
        var (pages, after) = (0, DeadLetterPosition?.none)
        repeat {
            let result = await pass(
                request(.list, .init(queues: [.dispatcherRuns, .courierBulk]), after: after, limit: 2), scan, shown)
            #expect(result.error == nil && result.matched <= 2)
            after = result.more
            pages += 1
        } while after != nil && pages < 10
        #expect(await shown.ids == ["m-1", "m-2", "m-3", "m-4", "m-5", "m-1", "m-2"] && pages == 4)
        #expect(await shown.letters.allSatisfy { $0.1.isEmpty && $0.0.service == "billing" })
        #expect(await scan.numbers(of: .dispatcherRuns) == [1, 2, 3, 4, 5])
    }

    @Test func `a list that goes on after a letter that has gone says so`() async {
        let scan = MemoryScan([.dispatcherRuns: letters(5)])
        let gone = DeadLetterPosition(queue: .dispatcherRuns, id: .random())
        let result = await pass(request(.list, after: gone), scan)
        #expect(result.error == "position_gone" && result.more == nil && result.matched == 0)
    }

    @Test func `a body is shown whole up to 4 MiB, and otherwise its beginning`() async {
        let whole = taken(1, body: [UInt8](repeating: 1, count: MessageLimits.publishedBodyBytesMax))
        let long = taken(2, body: [UInt8](repeating: 2, count: MessageLimits.publishedBodyBytesMax + 1))
        let shown = Shown()
        _ = await pass(request(.show), MemoryScan([.dispatcherRuns: [whole, long]]), shown)
        #expect(await shown.letters.map(\.1.count) == [MessageLimits.publishedBodyBytesMax, 65_536])
        #expect(await shown.letters.last?.0.bodyBytes == MessageLimits.publishedBodyBytesMax + 1)
    }

    @Test func `a page of bodies ends before it is too large, and a single body may be larger`() async {
        let large = (1...4).map { taken($0, id: "m-\($0)", body: [UInt8](repeating: 1, count: $0 == 3 ? 2_000 : 400)) }
        let (scan, shown) = (MemoryScan([.dispatcherRuns: large]), Shown())
        var (asked, pages) = (request(.show), 0)
        asked.bytesMax = 1_000
        repeat {
            asked.after = await pass(asked, scan, shown).more
            pages += 1
        } while asked.after != nil && pages < 9
        #expect(await shown.ids == ["m-1", "m-2", "m-3", "m-4"] && pages == 3)
    }

    @Test func `a replay publishes what the filter finds and removes it, and the rest stays in order`() async {
        let scan = MemoryScan([
            .dispatcherRuns: letters(6) { $0.isMultiple(of: 2) ? [Header.deadReason: "unreadable"] : [:] }
        ])
        let result = await pass(request(.replay, .init(queues: [.dispatcherRuns], reason: "failing")), scan)
        #expect(result == DeadLettersResult(scanned: 6, matched: 3, done: 3))
        #expect(await scan.published.flatMap { $0 }.map(\.id) == ["m-1", "m-3", "m-5"])
        #expect(await scan.numbers(of: .dispatcherRuns) == [2, 4, 6])
    }

    @Test func `passes with a limit replay each letter once`() async {
        let scan = MemoryScan([.dispatcherRuns: letters(7)]) { $0.id == "m-2" ? .unroutable : .confirmed }
        var (passes, after, failed) = (0, DeadLetterPosition?.none, 0)
        repeat {
            let result = await pass(request(.replay, after: after, limit: 2), scan)
            (after, failed) = (result.more, failed + result.failed)
            passes += 1
        } while after != nil && passes < 10
        #expect(await scan.published.flatMap { $0 }.compactMap(\.id) == (1...7).map { "m-\($0)" })
        #expect(await scan.numbers(of: .dispatcherRuns) == [2] && failed == 1 && passes == 4)
    }

    @Test func `an acting pass that goes on after a letter that has gone begins with the first`() async {
        let scan = MemoryScan([.dispatcherRuns: letters(4)])
        let gone = DeadLetterPosition(queue: .dispatcherRuns, id: .random())
        let result = await pass(request(.drop, after: gone), scan)
        #expect(result.done == 4 && result.error == nil)
    }

    @Test func `one letter that no queue takes, or that the broker refuses, stays and costs no other`() async {
        let scan = MemoryScan([.dispatcherRuns: letters(3)]) {
            $0.id == "m-1" ? .unroutable : $0.id == "m-2" ? .refused("full") : .confirmed
        }
        let result = await pass(request(.replay), scan)
        #expect(result.done == 1 && result.failed == 2 && result.failures.map(\.code) == ["unroutable", "not_taken"])
        #expect(result.failures.first?.message.contains("belfry topology apply") == true)
        #expect(await scan.numbers(of: .dispatcherRuns) == [1, 2])
    }

    @Test func `a forged origin stays, with the reason`() async {
        let scan = MemoryScan([
            .dispatcherRuns: letters(2) { $0 == 1 ? [Header.originRoutingKey: "schedule.due"] : [:] }
        ])
        let result = await pass(request(.replay), scan)
        #expect(result.failures.map(\.code) == ["forged_origin"] && result.done == 1)
        #expect(await scan.published.flatMap { $0 }.map(\.id) == ["m-2"])
    }

    @Test(arguments: [DeadLettersRequested.Action.replay, .drop])
    func `a dry run counts, and changes nothing`(action: DeadLettersRequested.Action) async {
        let scan = MemoryScan([.dispatcherRuns: letters(5)])
        let result = await pass(request(action, limit: 4, isDryRun: true), scan)
        #expect(result.matched == 4 && result.done == 4 && result.more?.id == letter(letters(4)[3]).id)
        #expect(await scan.published.isEmpty)
        #expect(await scan.numbers(of: .dispatcherRuns) == [1, 2, 3, 4, 5])
    }

    @Test func `a rate bounds the letters of each second, and a pass ends when its time is over`() async {
        let scan = MemoryScan([.dispatcherRuns: letters(200)], batch: 1_000)
        let result = await pass(request(.replay, limit: 1_000, rate: 5), scan)
        #expect((95...105).contains(result.done) && result.more != nil && result.error == nil)
        #expect(time.monotonicMilliseconds() >= 19_000 && time.monotonicMilliseconds() < 25_000)
        #expect(result.matched == result.done && result.scanned == result.done)
        let rest = await pass(request(.replay, after: result.more, limit: 1_000), scan)
        #expect(rest.done == 200 - result.done && rest.more == nil)
        #expect(await Set(scan.published.flatMap { $0 }.compactMap(\.id)).count == 200)
    }

    @Test(arguments: [(1, 4), (7, 7), (100, 50), (3_000, 1_000)])
    func `passes that follow each other keep to the rate together, also after a long search`(
        rate: Int, limit: Int
    ) async {
        let others = (1...9).map { taken(UInt64($0), headers: [Header.deadReason: "forbidden"], id: "o-\($0)") }
        let found = (1...2 * limit).map { taken(UInt64(100 + $0), id: "m-\($0)") }
        let scan = MemoryScan(
            [.dispatcherRuns: others + found], batch: 1_000, beforeNext: { [time] in time.pass(milliseconds: 5) })
        let due = Int64(2 * limit * 1_000 / rate)
        var after: DeadLetterPosition?
        time.pass(milliseconds: 10_000)
        let begunAt = time.monotonicMilliseconds()
        for _ in 1...2 {
            let filter = DeadLetterFilter(queues: [.dispatcherRuns], reason: "failing")
            let result = await pass(request(.replay, filter, after: after, limit: limit, rate: rate), scan)
            #expect(result.done == limit)
            after = result.more
        }
        let elapsed = time.monotonicMilliseconds() - begunAt
        #expect(elapsed >= due && elapsed <= due + due / 10 + 30)
    }

    @Test func `no burst goes out after a long search`() async {
        let times = Mutex<[Int64]>([])
        let letters = letters(30) { $0 <= 10 ? [Header.deadReason: "forbidden"] : [:] }
        let scan = MemoryScan(
            [.dispatcherRuns: letters], batch: 10,
            outcome: { [time] _ in
                times.withLock { $0.append(time.monotonicMilliseconds()) }
                return .confirmed
            }, beforeNext: { [time] in time.pass(milliseconds: 5_000) })
        _ = await pass(request(.replay, .init(queues: [.dispatcherRuns], reason: "failing"), rate: 10), scan)
        let published = times.withLock { $0 }
        #expect(published.count == 20)
        #expect(zip(published, published.dropFirst()).allSatisfy { $1 - $0 >= 100 })
    }

    @Test func `letters that are too deep for one pass are reached by the next`() async throws {
        let scan = MemoryScan(
            [.dispatcherRuns: letters(39)], batch: 1, beforeNext: { [time] in time.pass(milliseconds: 1_000) })
        let shown = Shown()
        var (passes, after) = (0, DeadLetterPosition?.none)
        repeat {
            let result = await pass(request(.list, after: after), scan, shown)
            #expect(result.error == nil)
            (after, passes) = (result.more, passes + 1)
        } while after != nil && passes < 10
        #expect(await shown.ids == (1...39).map { "m-\($0)" } && passes == 2)
    }

    @Test func `a pass that cannot reach its place in time says so, and names the same place`() async {
        let letters = letters(40)
        let scan = MemoryScan(
            [.dispatcherRuns: letters], batch: 1, beforeNext: { [time] in time.pass(milliseconds: 1_000) })
        let deep = DeadLetterPosition(queue: .dispatcherRuns, id: letter(letters[38]).id, copy: 1)
        let result = await pass(request(.list, after: deep), scan)
        #expect(result == DeadLettersResult(more: deep, error: "unavailable"))
        #expect(time.monotonicMilliseconds() <= 26_000)
    }

    @Test func `a letter that fails again is not replayed by the same run, whatever the clocks say`() async throws {
        let scan = MemoryScan([.dispatcherRuns: letters(2)])
        var run = DeadLetterFilter(queues: [.dispatcherRuns], before: milliseconds(9_000))
        #expect(await pass(request(.replay, run), scan).done == 2)
        // The stage's clock is behind: they have failed again before the run began.
        let again = await scan.published.flatMap { $0 }.enumerated().map { index, message in
            taken(UInt64(10 + index), headers: message.headers.mapValues { $0 }, id: message.id)
        }
        let back = MemoryScan([.dispatcherRuns: again])
        #expect(await pass(request(.replay, run), back) == DeadLettersResult(scanned: 2))
        #expect(await pass(request(.list, run), back).matched == 2)
        run.before = milliseconds(9_001)
        #expect(await pass(request(.replay, run), back).done == 2)
    }

    @Test func `a broker that fails midway leaves the sums of what was done`() async {
        let scan = MemoryScan([.dispatcherRuns: letters(450)], batch: 200) { $0.id == "m-1" ? .unroutable : .confirmed }
        await scan.fail(afterWindows: 1)
        let result = await pass(request(.replay, limit: 1_000), scan)
        #expect(result.error == "unavailable" && result.matched == 200 && result.done == 199 && result.failed == 1)
        #expect(result.failures.map(\.code) == ["unroutable"] && result.more?.id == letter(letters(1)[0]).id)
    }

    @Test(arguments: [DeadLettersRequested.Action.replay, .drop])
    func `a dry run that goes on after a letter that has gone says so`(action: DeadLettersRequested.Action) async {
        let scan = MemoryScan([.dispatcherRuns: letters(5)])
        let gone = DeadLetterPosition(queue: .dispatcherRuns, id: .random())
        let result = await pass(request(action, after: gone, isDryRun: true), scan)
        #expect(result == DeadLettersResult(error: "position_gone"))
    }

    @Test func `letters are published in windows that a crash may double at most`() async {
        let scan = MemoryScan([.dispatcherRuns: letters(450)], batch: 1_000)
        #expect(await pass(request(.replay, limit: 1_000), scan).done == 450)
        #expect(await scan.published.map(\.count) == [200, 200, 50])
        let large = (1...3).map { taken($0, id: "l-\($0)", body: [UInt8](repeating: 1, count: 5 << 20)) }
        let heavy = MemoryScan([.dispatcherRuns: large], batch: 10)
        _ = await pass(request(.replay), heavy)
        #expect(await heavy.published.map(\.count) == [1, 1, 1])
    }

    @Test func `without a broker the result says so`() async {
        let scan = MemoryScan([.dispatcherRuns: letters(1)])
        await scan.fail()
        #expect(await pass(request(.replay), scan) == DeadLettersResult(error: "unavailable"))
    }

    @Test func `letters of the queue of requests are listed and dropped, and never replayed`() async {
        let key: [String: String?] = [Header.originRoutingKey: RoutingKey.deadLettersRequested]
        let (scan, shown) = (MemoryScan([.deadletterRequests: letters(2) { _ in key }]), Shown())
        let own = DeadLetterFilter(queues: [.deadletterRequests])
        #expect(await pass(request(.list, own), scan, shown).matched == 2)
        let replayed = await pass(request(.replay, own), scan)
        #expect(replayed.failures.map(\.code) == ["own_request", "own_request"] && replayed.done == 0)
        #expect(await scan.published.isEmpty)
        #expect(await pass(request(.drop, own), scan).done == 2)
    }

    @Test func `an exported letter is published once, and a forged one not at all`() async {
        let scan = MemoryScan([:])
        var one = request(.republish)
        (one.letter, one.letterBody) = (letter(taken()), [1, 2])
        #expect(await pass(one, scan) == DeadLettersResult(scanned: 1, matched: 1, done: 1))
        #expect(await scan.published.flatMap { $0 }.map(\.body) == [[1, 2]])
        one.letter?.originExchange = "amq.topic"
        #expect(await pass(one, scan).failures.map(\.code) == ["forged_origin"])
        #expect(await scan.published.count == 1)
    }
}
