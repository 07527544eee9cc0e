/// Gathers calls that come while one is under way into the next one: many callers, few transactions or publishes.
///
/// It never waits for a batch to fill: a call that finds nothing under way goes at once.
public actor Coalescer<Input: Sendable, Output: Sendable> {
    private let limit: Int
    private let work: @Sendable ([Input]) async -> [Result<Output, any Error>]
    private var waiting: [(input: Input, continuation: CheckedContinuation<Output, any Error>)] = []
    private var isWorking = false

    /// `work` answers one result for each input, in the same order.
    public init(limit: Int, work: @escaping @Sendable ([Input]) async -> [Result<Output, any Error>]) {
        self.limit = limit
        self.work = work
    }

    public func call(_ input: Input) async throws -> Output {
        try await withCheckedThrowingContinuation { continuation in
            waiting.append((input, continuation))
            guard !isWorking else { return }
            isWorking = true
            // No parent: it works for whoever calls, not for the first caller, and ends when nobody waits.
            Task { await self.drain() }
        }
    }

    private func drain() async {
        while !waiting.isEmpty {
            let batch = Array(waiting.prefix(limit))
            waiting.removeFirst(batch.count)
            let results = await work(batch.map(\.input))
            for (caller, result) in zip(batch, results) { caller.continuation.resume(with: result) }
        }
        isWorking = false
    }
}
