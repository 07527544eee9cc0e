public import JobCore
import Synchronization

/// Joins concurrent calls into batches: calls that come while a batch is at work wait and form the next batch. Thus a
/// burst of calls needs few transactions or publishes.
///
/// It never waits to fill a batch: a call that finds no batch at work starts at once, or as soon as the pace allows, if
/// it is given one. And no call waits behind a batch that hangs: once a batch has been at work for too long, its calls
/// and all that wait fail, and further calls fail at once until it has ended.
///
///     let publisher = Coalescer<OutboundMessage, Void>(limit: 200) { messages in
///         do {
///             try await broker.publish(messages)
///             return messages.map { _ in .success(()) }
///         } catch {
///             return messages.map { _ in .failure(error) }
///         }
///     }
///     try await publisher.call(message)
public final class Coalescer<Input: Sendable, Output: Sendable>: Sendable {
    /// Takes the result of a call.
    public typealias Receiver = @Sendable (Result<Output, any Error>) -> Void

    /// What becomes of a call.
    private enum Reception {
        case starts, waits, fails
    }

    private enum Step {
        case wait(milliseconds: Int64)
        case begin([Input])
    }

    private struct State {
        var waiting: [(input: Input, receiver: Receiver)] = []
        /// The receivers of the batch at work, in its order; empty once they have been given up.
        var served: [Receiver] = []
        var isWorking = false
        var isOverdue = false
        /// When the batch at work began, on the monotonic clock; nil between two batches.
        var beganAt: Int64?
        var isWatched = false
        var pace: Pace

        mutating func receive(_ input: Input, _ receiver: @escaping Receiver) -> Reception {
            if isOverdue { return .fails }
            waiting.append((input, receiver))
            guard !isWorking else { return .waits }
            isWorking = true
            return .starts
        }

        /// What to do next; nil if no call waits. A full batch need not wait.
        mutating func next(_ limit: Int, at now: Int64) -> Step? {
            isWorking = !waiting.isEmpty
            guard isWorking else { return nil }
            let wait = waiting.count < limit ? pace.waitMilliseconds(at: now) : 0
            guard wait == 0 else { return .wait(milliseconds: wait) }
            let batch = Array(waiting.prefix(limit))
            waiting.removeFirst(batch.count)
            served = batch.map(\.receiver)
            beganAt = now
            pace.begin(at: now)
            return .begin(batch.map(\.input))
        }

        mutating func endBatch() -> [Receiver] {
            defer { (served, isOverdue, beganAt) = ([], false, nil) }
            return served
        }

        /// Those who wait for the batch at work, and for those behind it.
        mutating func giveUp() -> [Receiver] {
            isOverdue = true
            defer { (served, waiting) = ([], []) }
            return served + waiting.map(\.receiver)
        }
    }

    private let limit: Int
    private let workMaxMilliseconds: Int64
    private let time: any TimeSource
    private let work: @Sendable ([Input]) async -> [Result<Output, any Error>]
    private let state: Mutex<State>

    /// `limit` is the most inputs of a batch, at least 1. A batch at work for longer than `workMaxMilliseconds` fails
    /// its callers, though not itself: its outcome is unknown to them. Of batches that are not full, one begins
    /// in each `paceMilliseconds` of the clock at most.
    ///
    /// `work` must return exactly one result for each input, in the same order. Otherwise the process stops: a caller
    /// without a result would wait for ever.
    public init(
        limit: Int, workMaxMilliseconds: Int64 = 900, paceMilliseconds: Int64 = 0,
        time: any TimeSource = SystemTime(),
        work: @escaping @Sendable ([Input]) async -> [Result<Output, any Error>]
    ) {
        precondition(limit > 0, "with a limit below 1 every caller would wait for ever")
        self.limit = limit
        self.workMaxMilliseconds = workMaxMilliseconds
        self.time = time
        self.work = work
        state = Mutex(State(pace: Pace(milliseconds: paceMilliseconds)))
    }

    /// Returns the result of `work` for this input, or throws its error, or throws `OverdueError`. Cancellation does
    /// not end the wait.
    public func call(_ input: Input) async throws -> Output {
        try await withCheckedThrowingContinuation { caller in
            submit(input) { caller.resume(with: $0) }
        }
    }

    /// Does the same for a caller that has no task. `receiver` is called once, on any thread, and must not block: the
    /// next batch waits for it.
    public func submit(_ input: Input, _ receiver: @escaping Receiver) {
        switch state.withLock({ $0.receive(input, receiver) }) {
        // Unstructured, since it works for all callers, not for the first alone. It ends when no call waits.
        case .starts: Task { await drain() }
        case .waits: break
        case .fails: receiver(.failure(OverdueError(milliseconds: workMaxMilliseconds)))
        }
    }

    private func drain() async {
        while let step = state.withLock({ $0.next(limit, at: time.monotonicMilliseconds()) }) {
            switch step {
            case .wait(let milliseconds): try? await time.sleep(milliseconds: milliseconds)
            case .begin(let inputs): await serve(inputs)
            }
        }
    }

    private func serve(_ inputs: [Input]) async {
        watch()
        let results = await work(inputs)
        precondition(results.count == inputs.count, "work returns one result for each input")
        let receivers = state.withLock { $0.endBatch() }
        for (receiver, result) in zip(receivers, results) { receiver(result) }
    }

    /// Sees to it that the batch at work and those after it are given up when they take too long. One sleep serves all
    /// batches that begin during it.
    private func watch() {
        let isNeeded = state.withLock { state in
            defer { state.isWatched = true }
            return !state.isWatched
        }
        guard isNeeded else { return }
        // Unstructured like the work itself. It ends one sleep after the last batch at the latest.
        Task {
            while let rest = restMilliseconds() {
                try? await time.sleep(milliseconds: rest)
                // The work may have ended, and only have waited for a thread as this task did.
                await Task.yield()
            }
        }
    }

    /// The time that the batch at work has left; nil if there is none to watch any more.
    private func restMilliseconds() -> Int64? {
        let (rest, givenUp) = state.withLock { state -> (Int64?, [Receiver]) in
            let begin = state.beganAt ?? time.monotonicMilliseconds()
            let rest = begin + workMaxMilliseconds - time.monotonicMilliseconds()
            if state.isWorking, rest > 0 { return (rest, []) }
            state.isWatched = false
            return (nil, state.isWorking ? state.giveUp() : [])
        }
        for receiver in givenUp { receiver(.failure(OverdueError(milliseconds: workMaxMilliseconds))) }
        return rest
    }
}
