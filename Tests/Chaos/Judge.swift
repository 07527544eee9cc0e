import JobCore

/// Compares the record with the ledger of the services. Pure, and only by the instants of the facts, so a slow machine
/// makes no violation.
public struct Judge {
    let facts: Facts
    let jobs: [String: ChaosJob]
    let runs: [String: Facts.Run]
    let webhooks: [String: [Facts.Webhook]]
    let callbacks: [String: [Facts.Callback]]
    let endpoints: Set<String>

    private init(_ facts: Facts) {
        self.facts = facts
        jobs = Dictionary(facts.registrations.map { ($0.job.name, $0.job) }) { $1 }
        runs = Dictionary(facts.runs.map { ($0.execution, $0) }) { $1 }
        webhooks = Dictionary(grouping: facts.webhooks.sorted { $0.at < $1.at }, by: \.execution)
        callbacks = Dictionary(grouping: facts.callbacks, by: \.execution)
        endpoints = Set(facts.callbacks.flatMap(\.tries).map(\.endpoint))
    }

    /// Returns every broken guarantee, and counts what faults explain.
    public static func verdict(on facts: Facts) -> Verdict {
        let judge = Judge(facts)
        return Verdict(
            judge.occurrences() + judge.ends() + judge.timeouts() + judge.deliveries() + judge.overlaps()
                + judge.messages() + judge.programs() + judge.changes())
    }

    /// The first webhook of an execution that the service accepted.
    func acceptance(of execution: String) -> Facts.Webhook? {
        webhooks[execution]?.first(where: \.isAccepted)
    }

    /// Whether a fault that `isCause` was at work, or was being recovered from, at some instant of a period.
    func hasCause(from begin: Instant, to end: Instant, _ isCause: (Fault) -> Bool) -> Bool {
        facts.disturbances.contains { $0.begin <= end && begin <= $0.recoveredAt && isCause($0.fault) }
    }

    /// When the faults that hold something up are recovered from, one of which is at work at most this long after an
    /// instant. Another one may begin before the first is recovered from. The instant itself if there is none.
    func end(
        ofFaultsFrom instant: Instant, withinMilliseconds milliseconds: Int64, _ isCause: (Fault) -> Bool
    ) -> Instant {
        let faults = facts.disturbances.filter { isCause($0.fault) }
        var end = instant
        while let fault = faults.first(where: {
            $0.begin <= end.adding(milliseconds: milliseconds) && end < $0.recoveredAt
        }) {
            end = fault.recoveredAt
        }
        return end
    }
}

extension Facts.Disturbance {
    /// When what it damaged works again: a program has started, connections are made again, a backlog is done.
    var recoveredAt: Instant {
        switch fault {
        case .killBroker, .restartBroker, .freezeBroker, .alarmBroker, .diskAlarmBroker:
            end.adding(milliseconds: 10_000)
        case .killNode, .restartNode, .freezeNode: end.adding(milliseconds: 10_000)
        // A node that was cut off starts its work anew, and what was lost is sent again after up to as long as it was
        // not received.
        case .partition: end.adding(milliseconds: 15_000)
        case .kill, .restart, .freeze, .lockStore: end.adding(milliseconds: 5_000)
        // A batch waits for up to 10 s before it is tried again.
        case .killStore, .restartStore, .freezeStore, .failOverStore: end.adding(milliseconds: 12_000)
        case .latency, .resetConnections: end.adding(milliseconds: 12_000)
        // Two heartbeats of 10 s are missed before a silent connection is given up, and it is then made again.
        case .halfOpen: end.adding(milliseconds: 35_000)
        case .purge, .poison, .changeJobs, .pauseJobs: end
        }
    }
}
