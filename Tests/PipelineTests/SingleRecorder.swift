import Ingester
import JobCore
import Logging
import Messaging
import Store
import Synchronization

/// The record as a single recorder would have written it that never failed, and got the same reports in the same order.
final class SingleRecorder: ReportStore {
    private struct State {
        var executions: [ExecutionID: Execution]
        var progress: [ReportLine: LineProgress] = [:]
    }

    private let state: Mutex<State>

    /// `created` are the executions as they were created.
    init(_ created: [ExecutionID: Execution]) {
        state = Mutex(State(executions: created))
    }

    var executions: [ExecutionID: Execution] { state.withLock { $0.executions } }

    /// Handles all reports of a line.
    func record(_ reports: [InboundMessage], of line: ReportLine, time: any TimeSource) async throws {
        let logger = Logger(label: "pipeline") { _ in SwiftLogNoOpLogHandler() }
        let handler = ReportHandler(line: line, store: self, time: time, logger: logger)
        var rest = reports
        while !rest.isEmpty { rest.removeFirst(try await handler.handle(rest).count ?? rest.count) }
    }

    func update<Answer: Sendable>(
        _ ids: [ExecutionID], of line: ReportLine,
        _ decide: @escaping @Sendable ([ExecutionID: Execution], LineProgress) -> ReportDecision<Answer>
    ) async throws(StoreError) -> (answer: Answer, released: [Execution]) {
        let loaded = Dictionary(
            ids.compactMap { id in state.withLock { $0.executions[id] }.map { (id, $0) } }
        ) { $1 }
        let decision = decide(loaded, state.withLock { $0.progress[line] } ?? LineProgress())
        state.withLock { state in
            state.progress[line] = decision.progress
            for change in decision.changes {
                switch change {
                case .rewritten(let after), .heartbeat(let after): state.executions[after.id] = after
                }
            }
        }
        // Releases are not its own: an execution that was buffered begins as it was released.
        return (decision.answer, [])
    }
}
