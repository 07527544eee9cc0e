import JobCore

/// The state machine.
enum ExecutionBenchmarks {
    static func all() -> [MicroBenchmark] {
        let pending = Samples.execution()
        let progress = LineProgress()
        let now = Samples.answeredAt.adding(milliseconds: 10)
        let (acceptedID, heartbeatID) = (ReportID(messageID: "accepted"), ReportID(messageID: "heartbeat"))
        let successID = ReportID(messageID: "success")
        func apply(_ report: Report, _ id: ReportID, to execution: Execution) -> Transition {
            execution.applying(report, id: id, judgedAt: now, progress: progress)
        }
        let accepted = Report.accepted(Samples.attempt)
        let heartbeat = Report.callback(.processing(progress: 40, extendSeconds: nil), receivedAt: now)
        let success = Report.callback(.success(Outcome(summary: "3 invoices", state: "page 7")), receivedAt: now)
        let invoked = apply(accepted, acceptedID, to: pending).execution
        let running = apply(heartbeat, heartbeatID, to: invoked).execution
        let job = Samples.job()
        return [
            MicroBenchmark("execution: apply accepted") {
                MicroBenchmark.keep(apply(accepted, acceptedID, to: pending))
            },
            MicroBenchmark("execution: apply a heartbeat") {
                MicroBenchmark.keep(apply(heartbeat, heartbeatID, to: running))
            },
            MicroBenchmark("execution: apply success") {
                MicroBenchmark.keep(apply(success, successID, to: invoked))
            },
            MicroBenchmark("execution: create") {
                MicroBenchmark.keep(
                    Execution.scheduled(
                        job, at: Samples.instant, judgedAt: Samples.instant, decision: .run, now: Samples.instant))
            },
            MicroBenchmark("execution: id of a job and an occurrence") {
                MicroBenchmark.keep(Execution.id(of: pending.jobID, at: Samples.instant))
            },
        ]
    }
}
