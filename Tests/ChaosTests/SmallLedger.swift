import Chaos
import JobCore
import Messaging

/// A small ledger, written by hand: one job, with one run that began at second 10. Times are in seconds.
struct SmallLedger {
    static let job = "job"
    var facts = Facts()

    /// A job that is due each 10 s, with a heartbeat interval of 2 s and a ttl of 20 s.
    init(_ change: (inout ChaosJob) -> Void = { _ in }) {
        var job = ChaosJob(Self.job, everySeconds: 10)
        (job.heartbeatIntervalSeconds, job.ttlSeconds) = (2, 20)
        change(&job)
        facts.registrations = [Facts.Registration(job: job, effectiveFrom: at(0), completeUntil: at(10))]
    }

    func at(_ seconds: Double) -> Instant { Instant(millisecondsSinceEpoch: Int64(seconds * 1_000)) }

    mutating func record(
        of execution: String = "a", due: Double = 10, _ status: String, _ reason: String? = nil, end: Double? = nil
    ) {
        facts.runs.append(
            Facts.Run(
                execution: execution, job: Self.job, occurrence: at(due), status: status, reason: reason,
                finishedAt: end.map(at)))
    }

    mutating func webhook(of execution: String = "a", attempt: Int64 = 1, _ second: Double, answer: Int? = 200) {
        facts.webhooks.append(
            Facts.Webhook(
                execution: execution, job: Self.job, attempt: attempt, at: at(second), status: answer,
                answeredAt: answer == nil ? nil : at(second)))
    }

    mutating func callback(
        of execution: String = "a", _ kind: Facts.Callback.Kind, _ tries: (second: Double, answer: Int)...
    ) {
        facts.callbacks.append(
            Facts.Callback(
                execution: execution, kind: kind,
                tries: tries.map {
                    Facts.Try(
                        at: at($0.second), endpoint: "ingesterd.1", answer: $0.answer, answeredAt: at($0.second))
                }))
    }

    mutating func fault(_ fault: Fault, _ begin: Double, _ end: Double) {
        facts.disturbances.append(Facts.Disturbance(fault: fault, begin: at(begin), end: at(end)))
    }

    var violations: [Violation.Kind] { Judge.verdict(on: facts).violations.map(\.kind) }
    var excuses: [Excuse: Int] { Judge.verdict(on: facts).excused }
}
