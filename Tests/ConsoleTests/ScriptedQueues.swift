import JobCore
import Messaging
import Store
import Synchronization

@testable import Console

/// A broker that tells of its queues what a test says.
final class ScriptedQueues: QueueInspector {
    /// Every queue of the topology is empty and has one consumer, those without a stage none. No fork is enabled.
    static let healthy = Dictionary(
        StatusReading.queues.filter { $0 != EventFork.storage.queue }.map { name in
            (name, QueueDepth(ready: 0, consumers: WorkQueue(rawValue: name) == nil ? 0 : 1))
        }
    ) { $1 }

    /// What the store of a healthy installation counts: nothing, with all signs and marks made just now.
    static let overview: StoreOverview = {
        var overview = StoreOverview()
        overview.lines = ReportLine.allCases.map { _ in
            LineProgress(latestSignAt: ConsoleAPI.now, latestMarkAt: ConsoleAPI.now)
        }
        return overview
    }()

    private struct State {
        var depths = ScriptedQueues.healthy
        var failure: PublishError?
        var questions = 0
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// How often it was asked.
    var questions: Int { state.withLock(\.questions) }

    /// Changes a queue; nil removes it.
    func set(_ queue: String, _ depth: QueueDepth?) { state.withLock { $0.depths[queue] = depth } }
    func fail(_ failure: PublishError?) { state.withLock { $0.failure = failure } }

    /// From now on questions wait.
    func hold() { state.withLock { $0.isHeld = true } }

    /// Questions wait no more.
    func release() {
        let held = state.withLock { state in
            state.isHeld = false
            defer { state.held = [] }
            return state.held
        }
        for question in held { question.resume() }
    }

    func depths(of queues: [String]) async throws(PublishError) -> [QueueDepth?] {
        state.withLock { $0.questions += 1 }
        await withCheckedContinuation { question in
            let waits = state.withLock { state in
                if state.isHeld { state.held.append(question) }
                return state.isHeld
            }
            if !waits { question.resume() }
        }
        let (depths, failure) = state.withLock { ($0.depths, $0.failure) }
        if let failure { throw failure }
        return queues.map { depths[$0] }
    }
}
