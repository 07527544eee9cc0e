public import JobCore

/// Joins concurrent calls into batches: calls that come while a batch is at work wait and form the next batch. Thus a
/// burst of calls needs few transactions or publishes.
///
/// It never waits to fill a batch: a call that finds no batch at work starts at once. And no call waits behind a batch
/// that hangs: once a batch has been at work for too long, its calls and all that wait fail, and further calls fail at
/// once until it has ended.
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
public actor Coalescer<Input: Sendable, Output: Sendable> {
    private typealias Caller = CheckedContinuation<Output, any Error>

    private let limit: Int
    private let workMaxMilliseconds: Int64
    private let time: any TimeSource
    private let work: @Sendable ([Input]) async -> [Result<Output, any Error>]
    private var waiting: [(input: Input, caller: Caller)] = []
    /// The callers of the batch at work, in its order; empty once they have been given up.
    private var served: [Caller] = []
    private var isWorking = false
    private var isOverdue = false

    /// `limit` is the most inputs of a batch, at least 1. A batch at work for longer than `workMaxMilliseconds` fails
    /// its callers, though not itself: its outcome is unknown to them.
    ///
    /// `work` must return exactly one result for each input, in the same order. Otherwise the process stops: a caller
    /// without a result would wait for ever.
    public init(
        limit: Int, workMaxMilliseconds: Int64 = 900, time: any TimeSource = SystemTime(),
        work: @escaping @Sendable ([Input]) async -> [Result<Output, any Error>]
    ) {
        precondition(limit > 0, "with a limit below 1 every caller would wait for ever")
        self.limit = limit
        self.workMaxMilliseconds = workMaxMilliseconds
        self.time = time
        self.work = work
    }

    /// Returns the result of `work` for this input, or throws its error, or throws `OverdueError`. Cancellation does
    /// not end the wait.
    public func call(_ input: Input) async throws -> Output {
        if isOverdue { throw OverdueError(milliseconds: workMaxMilliseconds) }
        return try await withCheckedThrowingContinuation { caller in
            waiting.append((input, caller))
            guard !isWorking else { return }
            isWorking = true
            // Unstructured, since it works for all callers, not for the first alone. It ends when no call waits.
            Task { await self.drain() }
        }
    }

    private func drain() async {
        while !waiting.isEmpty {
            let batch = Array(waiting.prefix(limit))
            waiting.removeFirst(batch.count)
            served = batch.map(\.caller)
            let results = await withoutOverrunning { [work] in await work(batch.map(\.input)) }
            precondition(results.count == batch.count, "work returns one result for each input")
            for (caller, result) in zip(served, results) { caller.resume(with: result) }
            (served, isOverdue) = ([], false)
        }
        isWorking = false
    }

    /// Runs the work, and gives its callers up when it takes too long.
    private func withoutOverrunning(
        _ work: @escaping @Sendable () async -> [Result<Output, any Error>]
    ) async -> [Result<Output, any Error>] {
        let clock = Task { [time, workMaxMilliseconds] in
            try await time.sleep(milliseconds: workMaxMilliseconds)
            self.giveUp()
        }
        defer { clock.cancel() }
        return await work()
    }

    private func giveUp() {
        // The work may have ended while the clock's last step waited for this actor.
        guard !Task.isCancelled else { return }
        isOverdue = true
        let callers = served + waiting.map(\.caller)
        (served, waiting) = ([], [])
        for caller in callers { caller.resume(throwing: OverdueError(milliseconds: workMaxMilliseconds)) }
    }
}
