import JobCore
import StageKit
import Synchronization
import Testing

/// A clock that stands until the test moves it. A sleep lasts until then.
private final class StandingClock: TimeSource {
    private struct State {
        var milliseconds: Int64 = 0
        var sleepers: [(end: Int64, sleeper: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    /// The lengths of the sleeps that have begun.
    let sleeps: AsyncStream<Int64>
    private let began: AsyncStream<Int64>.Continuation

    init() {
        (sleeps, began) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    func now() -> Instant { Instant(millisecondsSinceEpoch: monotonicMilliseconds()) }
    func monotonicMilliseconds() -> Int64 { state.withLock { $0.milliseconds } }

    func sleep(milliseconds: Int64) async throws {
        await withCheckedContinuation { sleeper in
            state.withLock { $0.sleepers.append(($0.milliseconds + milliseconds, sleeper)) }
            began.yield(milliseconds)
        }
    }

    func move(to milliseconds: Int64) {
        let ended = state.withLock { state in
            state.milliseconds = milliseconds
            let ended = state.sleepers.filter { $0.end <= milliseconds }
            state.sleepers.removeAll { $0.end <= milliseconds }
            return ended
        }
        for (_, sleeper) in ended { sleeper.resume() }
    }
}

/// Guarantee: every caller gets its own result, and no caller waits for ever.
@Suite struct `A coalescer` {
    private struct Fault: Error, Equatable { var number: Int }

    /// Work that waits for a permit, so that a test decides which calls come while a batch is at work.
    private final class Gate: Sendable {
        let batches = Mutex<[[Int]]>([])
        let began: AsyncStream<Int>
        private let beginning: AsyncStream<Int>.Continuation
        private let permits: AsyncStream<Void>
        private let permitting: AsyncStream<Void>.Continuation

        init() {
            (began, beginning) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
            (permits, permitting) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
        }

        func permit(_ count: Int = 1) { for _ in 0..<count { permitting.yield() } }

        func work(_ inputs: [Int]) async -> [Result<Int, any Error>] {
            batches.withLock { $0.append(inputs) }
            beginning.yield(inputs.count)
            for await _ in permits { break }
            return inputs.map { $0 < 0 ? .failure(Fault(number: $0)) : .success($0 * 10) }
        }
    }

    @Test func `calls that come while a batch is at work share the next batch, and each caller gets its own result`()
        async throws
    {
        let gate = Gate()
        let coalescer = Coalescer<Int, Int>(limit: 100) { await gate.work($0) }
        try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            group.addTask { (1, try await coalescer.call(1)) }
            for await _ in gate.began { break }
            for number in 2...20 { group.addTask { (number, try await coalescer.call(number)) } }
            gate.permit(30)
            for try await (number, answer) in group { #expect(answer == number * 10) }
        }
        let batches = gate.batches.withLock { $0 }
        #expect(batches.first == [1])
        #expect(batches.joined().sorted() == Array(1...20))
    }

    @Test func `a call of a coalescer fails alone, and the other calls of its batch succeed`() async throws {
        let gate = Gate()
        let coalescer = Coalescer<Int, Int>(limit: 100) { await gate.work($0) }
        gate.permit(10)
        let good = Task { try await coalescer.call(4) }
        let bad = Task { try await coalescer.call(-4) }
        await #expect(throws: Fault(number: -4)) { try await bad.value }
        #expect(try await good.value == 40)
    }

    @Test func `a coalescer never puts more calls than its limit into a batch`() async throws {
        let gate = Gate()
        let coalescer = Coalescer<Int, Int>(limit: 3) { await gate.work($0) }
        await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...20 { group.addTask { try await coalescer.call(number) } }
            gate.permit(20)
            while let answer = await group.nextResult() { #expect((try? answer.get()) != nil) }
        }
        #expect(gate.batches.withLock { $0 }.allSatisfy { (1...3).contains($0.count) })
    }

    private struct Place: Equatable {
        var batch: Int
        var position: Int
    }

    @Test func `many callers of a coalescer each get the result at their own position`() async throws {
        let batches = Mutex<[[Int]]>([])
        let coalescer = Coalescer<Int, Place>(limit: 7, workMaxMilliseconds: 60_000) { inputs in
            let batch = batches.withLock { batches in
                batches.append(inputs)
                return batches.count - 1
            }
            await Task.yield()
            return inputs.indices.map { .success(Place(batch: batch, position: $0)) }
        }
        try await withThrowingTaskGroup(of: (Int, Place).self) { group in
            for number in 0..<1_000 { group.addTask { (number, try await coalescer.call(number)) } }
            for try await (number, place) in group {
                #expect(batches.withLock { $0[place.batch][place.position] } == number)
            }
        }
        #expect(batches.withLock { $0.joined().sorted() } == Array(0..<1_000))
    }

    @Test func `callers do not wait behind a batch that hangs, and are served again once it has ended`() async throws {
        let gate = Gate()
        let coalescer = Coalescer<Int, Int>(limit: 1, workMaxMilliseconds: 20) { await gate.work($0) }
        let first = Task { try await coalescer.call(1) }
        for await _ in gate.began { break }
        let second = Task { try await coalescer.call(2) }
        await #expect(throws: OverdueError.self) { try await first.value }
        await #expect(throws: OverdueError.self) { try await second.value }
        await #expect(throws: OverdueError.self, "at once, without a wait") { try await coalescer.call(3) }
        #expect(gate.batches.withLock { $0 } == [[1]])
        gate.permit(9)
        while (try? await coalescer.call(4)) != 40 { await Task.yield() }
    }

    @Test func `a batch gets its whole time, though the sleep that watches an earlier one ends before`() async throws {
        let (gate, clock) = (Gate(), StandingClock())
        let coalescer = Coalescer<Int, Int>(limit: 1, workMaxMilliseconds: 100, time: clock) { await gate.work($0) }
        var sleeps = clock.sleeps.makeAsyncIterator()
        let first = Task { try await coalescer.call(1) }
        #expect(await sleeps.next() == 100)
        clock.move(to: 60)
        gate.permit()
        #expect(try await first.value == 10)
        let second = Task { try await coalescer.call(2) }
        for await _ in gate.began.prefix(2) {}
        clock.move(to: 100)
        #expect(await sleeps.next() == 60)
        clock.move(to: 160)
        await #expect(throws: OverdueError.self) { try await second.value }
        gate.permit(9)
        while (try? await coalescer.call(3)) != 30 { await Task.yield() }
    }

    @Test func `a coalescer with a pace starts a call at once, and those that follow it together`() async throws {
        let clock = StandingClock()
        let batches = Mutex<[[Int]]>([])
        let coalescer = Coalescer<Int, Int>(limit: 100, paceMilliseconds: 10, time: clock) { inputs in
            batches.withLock { $0.append(inputs) }
            return inputs.map { .success($0) }
        }
        #expect(try await coalescer.call(1) == 1)
        clock.move(to: 4)
        let (results, found) = AsyncStream.makeStream(of: Int.self)
        for number in 2...3 { coalescer.submit(number) { found.yield((try? $0.get()) ?? 0) } }
        for await length in clock.sleeps where length == 6 { break }
        clock.move(to: 10)
        for await _ in results.prefix(2) {}
        #expect(batches.withLock { $0 } == [[1], [2, 3]])
    }

    @Test func `a receiver gets its result without a task of its own`() async {
        let coalescer = Coalescer<Int, Int>(limit: 10) { $0.map { .success($0 * 10) } }
        let (results, found) = AsyncStream.makeStream(of: Int.self)
        for number in 1...3 { coalescer.submit(number) { found.yield((try? $0.get()) ?? 0) } }
        var sum = 0
        for await result in results.prefix(3) { sum += result }
        #expect(sum == 60)
    }

    /// A caller without a result would wait for ever, and its request with it.
    @Test func `a coalescer whose work returns too few results stops the process`() async {
        await #expect(processExitsWith: .failure) {
            let coalescer = Coalescer<Int, Int>(limit: 2) { _ in [] }
            _ = try await coalescer.call(1)
        }
    }
}
