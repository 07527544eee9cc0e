import JobCore
import Messaging
import MessagingTesting

extension PipelineWorld {
    /// Guarantee: for every execution the record is what a single recorder that never failed would have written, given
    /// the same reports in the same order.
    func faultsOfRecord(_ executions: [Execution]) async throws -> [String] {
        let single = SingleRecorder(store.firstForms)
        for line in ReportLine.allCases {
            try await single.record(
                broker.history(of: .ingesterReports(line)), of: line, time: clock)
        }
        let expected = single.executions
        return executions.compactMap { execution in
            guard var expected = expected[execution.id] else { return "\(execution.id) was never created" }
            // The creation of a retry writes this.
            expected.retriedBy = execution.retriedBy
            return expected == execution
                ? nil : "a single recorder would have recorded \(expected), and the record has \(execution)"
        }
    }

    /// Guarantee: a webhook begins after the end of its run only if the record was asked shortly before the end was
    /// recorded. The time between the question and the webhook doubles each time the delivery has waited too long.
    func faultsOfLateWebhooks() -> [String] {
        let ends = store.endsRecordedAt
        return services.posts.flatMap { id, posts in
            posts.compactMap { post in
                guard let end = ends[id] else { return nil }
                let late = post.at.milliseconds(since: end)
                let limit = 10_000 << min(ledger.questions[id] ?? 0, 6)
                return late > limit ? "a webhook of \(id) began \(late) ms after its end was recorded" : nil
            }
        }.sorted()
    }
}
