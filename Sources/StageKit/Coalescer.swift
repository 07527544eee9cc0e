/// Joins concurrent calls into batches: calls that come while a batch is at work wait and form the next batch. Thus a
/// burst of calls needs few transactions or publishes.
///
/// It never waits to fill a batch: a call that finds no batch at work starts at once.
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
    private let limit: Int
    private let work: @Sendable ([Input]) async -> [Result<Output, any Error>]
    private var waiting: [(input: Input, continuation: CheckedContinuation<Output, any Error>)] = []
    private var isWorking = false

    /// `limit` is the most inputs of a batch, at least 1.
    ///
    /// `work` must return exactly one result for each input, in the same order. Otherwise the process stops: a caller
    /// without a result would wait for ever.
    public init(limit: Int, work: @escaping @Sendable ([Input]) async -> [Result<Output, any Error>]) {
        precondition(limit > 0, "with a limit below 1 every caller would wait for ever")
        self.limit = limit
        self.work = work
    }

    /// Returns the result of `work` for this input, or throws its error. Cancellation does not end the wait.
    public func call(_ input: Input) async throws -> Output {
        try await withCheckedThrowingContinuation { continuation in
            waiting.append((input, continuation))
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
            let results = await work(batch.map(\.input))
            precondition(results.count == batch.count, "work returns one result for each input")
            for (caller, result) in zip(batch, results) { caller.continuation.resume(with: result) }
        }
        isWorking = false
    }
}
