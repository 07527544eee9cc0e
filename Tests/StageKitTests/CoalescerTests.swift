import StageKit
import Synchronization
import Testing

@Suite struct `Concurrent calls` {
    private struct Fault: Error, Equatable { var number: Int }

    /// Work that waits to be let go, so that a test decides what comes while it is under way.
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

        func letGo(_ count: Int = 1) { for _ in 0..<count { permitting.yield() } }

        func work(_ inputs: [Int]) async -> [Result<Int, any Error>] {
            batches.withLock { $0.append(inputs) }
            beginning.yield(inputs.count)
            for await _ in permits { break }
            return inputs.map { $0 < 0 ? .failure(Fault(number: $0)) : .success($0 * 10) }
        }
    }

    @Test func `that come while one is under way share the next, each with its own answer`() async throws {
        let gate = Gate()
        let coalescer = Coalescer<Int, Int>(limit: 100) { await gate.work($0) }
        try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            group.addTask { (1, try await coalescer.call(1)) }
            for await _ in gate.began { break }
            for number in 2...20 { group.addTask { (number, try await coalescer.call(number)) } }
            gate.letGo(30)
            for try await (number, answer) in group { #expect(answer == number * 10) }
        }
        let batches = gate.batches.withLock { $0 }
        #expect(batches.first == [1])
        #expect(batches.joined().sorted() == Array(1...20))
    }

    @Test func `fail each for itself`() async throws {
        let gate = Gate()
        let coalescer = Coalescer<Int, Int>(limit: 100) { await gate.work($0) }
        gate.letGo(10)
        let good = Task { try await coalescer.call(4) }
        let bad = Task { try await coalescer.call(-4) }
        await #expect(throws: Fault(number: -4)) { try await bad.value }
        #expect(try await good.value == 40)
    }

    @Test func `go no more than the limit at a time`() async throws {
        let gate = Gate()
        let coalescer = Coalescer<Int, Int>(limit: 3) { await gate.work($0) }
        await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...20 { group.addTask { try await coalescer.call(number) } }
            gate.letGo(20)
            while let answer = await group.nextResult() { #expect((try? answer.get()) != nil) }
        }
        #expect(gate.batches.withLock { $0 }.allSatisfy { (1...3).contains($0.count) })
    }
}
