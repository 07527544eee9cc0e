import JobCore
import MessagingTesting
import Store
import Messaging

/// What must hold once nothing is open any more. Each function answers the sentences that say what does not.
extension PipelineWorld {
    func brokenPromises() async throws -> [String] {
        let executions = try await executions()
        return store.faults + services.faults + faultsOfEnds(executions) + faultsOfOccurrences(executions)
            + faultsOfRuns(executions) + faultsOfDeliveries(executions) + faultsOfEvents(executions)
            + (try faultsOfQueues())
    }

    /// Every execution ended, stayed as it ended, and for a reason.
    private func faultsOfEnds(_ executions: [Execution]) -> [String] {
        var faults: [String] = []
        if executions.map(\.id) != store.created {
            faults.append("\(executions.count) executions are on record, \(store.created.count) were created")
        }
        for execution in executions {
            guard execution.state.status.isFinal else {
                faults.append("\(execution.id) of \(execution.jobName) is still \(execution.state.status)")
                continue
            }
            if let first = store.ends[execution.id], first != .init(execution) {
                faults.append("\(execution.id) ended as \(first) and is now \(execution.state)")
            }
            if let fault = faultOfReason(execution) {
                faults.append(
                    "\(execution.id) of \(execution.jobName) (\(services.conduct(of: execution.id))) \(fault)")
            }
        }
        return faults
    }

    private func faultOfReason(_ execution: Execution) -> String? {
        let posts = services.posts[execution.id, default: []]
        let said = services.said[execution.id, default: []].map(\.what)
        let ttlEnd = execution.occurrence.adding(seconds: execution.state.ttlSeconds)
        if let word = wordInTime(execution), word != Self.word(of: execution) {
            return "said \(word) in time and ended as \(execution.state)"
        }
        switch (execution.state.status, execution.state.reason) {
        case (.success, nil): return said.contains(.success) ? nil : "never said that it had succeeded"
        case (.fail, .reported): return said.contains(.fail) ? nil : "never said that it had failed"
        case (.fail, .invocation):
            return posts.contains { !$0.isAccepted } ? nil : "failed to be invoked, yet took every webhook"
        case (.fail, .cancelled): return ledger.cancelled.contains(execution.id) ? nil : "was cancelled by nobody"
        case (.fail, .locked): return execution.isExclusive ? nil : "is locked, yet its job is not exclusive"
        case (.fail, .missed): return nil
        case (.fail, .ttl):
            let end = execution.state.finishedAt ?? execution.occurrence
            return end >= ttlEnd ? nil : "ended at \(end.rfc3339), before its ttl at \(ttlEnd.rfc3339)"
        case (.fail, .heartbeat): return posts.contains(where: \.isAccepted) ? nil : "was never invoked, yet silent"
        default: return "ended as \(execution.state)"
        }
    }

    private static func word(of execution: Execution) -> Word? {
        switch (execution.state.status, execution.state.reason) {
        case (.success, _): .success
        case (.fail, .reported): .fail
        default: nil
        }
    }

    /// The last word of a service that took the webhook at once, was never silent for too long and ended before its
    /// ttl; nil when one of that is not so, or nothing can be said because reports were shuffled.
    private func wordInTime(_ execution: Execution) -> Word? {
        let posts = services.posts[execution.id, default: []]
        guard keepsReportsInOrder, !ledger.cancelled.contains(execution.id), posts.allSatisfy(\.isAccepted),
            var lastHeartbeatAt = posts.first?.at
        else { return nil }
        var deadline = execution.occurrence.adding(seconds: execution.state.ttlSeconds)
        for said in services.said[execution.id, default: []] {
            let silence = lastHeartbeatAt.adding(seconds: 2 * execution.state.heartbeatIntervalSeconds)
            guard said.at < deadline, said.at < silence else { return nil }
            if said.what.isFinal { return said.what }
            if case .processing(let seconds?) = said.what { deadline = said.at.adding(seconds: seconds) }
            lastHeartbeatAt = said.at
        }
        return nil
    }

    /// Every occurrence of a job has exactly one execution, and none has one that is not a job's.
    private func faultsOfOccurrences(_ executions: [Execution]) -> [String] {
        var faults: [String] = []
        var found: [Ledger.Occurrence: Int] = [:]
        for execution in executions where execution.trigger == .schedule {
            let occurrence = Ledger.Occurrence(job: execution.jobName, at: execution.occurrence)
            found[occurrence, default: 0] += 1
            guard let due = ledger.due[occurrence] else {
                faults.append("\(execution.jobName) has an execution at \(occurrence.at.rfc3339), but no occurrence")
                continue
            }
            if due.isMissed != (execution.state.reason == .missed) {
                faults.append(
                    "\(execution.jobName) at \(occurrence.at.rfc3339): isMissed should be \(due.isMissed) under "
                        + "\(due.policy), it ended as \(execution.state)")
            }
        }
        for (occurrence, _) in ledger.due where found[occurrence] != 1 {
            faults.append(
                "\(occurrence.job) has \(found[occurrence, default: 0]) executions at \(occurrence.at.rfc3339)")
        }
        return faults.sorted()
    }

    /// Every run that was asked for has its execution, unless its job was deleted before it could begin.
    private func faultsOfRuns(_ executions: [Execution]) -> [String] {
        var faults: [String] = []
        let byID = Dictionary(uniqueKeysWithValues: executions.map { ($0.id, $0) })
        for execution in executions where execution.trigger != .schedule && ledger.runs[execution.id] == nil {
            faults.append("\(execution.id) is a run of \(execution.jobName) that nobody asked for")
        }
        let dead = Set(broker.waiting(in: "dispatcher.runs.dead").compactMap(\.id))
        for (id, run) in ledger.runs {
            guard let execution = byID[id] else {
                let isExcused = dead.contains(id.description) && deletedAt(run.job) != nil
                if !isExcused { faults.append("the run \(id) of \(run.job) was lost") }
                continue
            }
            if execution.retryOf != run.retryOf { faults.append("\(id) does not say what it retries") }
            if let retried = run.retryOf, byID[retried]?.retriedBy == nil {
                faults.append("\(retried) does not know that it was retried")
            }
        }
        return faults.sorted()
    }

    func deletedAt(_ name: JobName) -> Instant? {
        jobs.first { $0.name == name }?.deletedAt
    }

    /// Every webhook has a row, and every run was sent on its way: to a courier, that is; what becomes of the message
    /// then, the test decides. A job that was changed in between may have lost its delivery with its occurrence.
    private func faultsOfDeliveries(_ executions: [Execution]) -> [String] {
        let known = Set(executions.map(\.id))
        let strays = services.posts.keys.filter { !known.contains($0) }.map { "\($0) has no row" }
        let sent = Set(connections.values.flatMap(\.requestedDeliveries).map { $0.prefix { $0 != "/" } })
        let unsent = executions.filter { execution in
            execution.state.reason != .locked && execution.state.reason != .missed
                && !sent.contains(Substring(execution.id.description))
                && !jobs.contains { $0.name == execution.jobName && $0.wasChanged }
        }
        return (strays + unsent.map { "\($0.id) of \($0.jobName) was never sent on its way" }).sorted()
    }

    /// The event fork heard of every end, and never of two different ones.
    private func faultsOfEvents(_ executions: [Execution]) -> [String] {
        var told: [ExecutionID: [ExecutionChanged.Content]] = [:]
        for message in broker.unrouted where message.routingKey == RoutingKey.executionFinished {
            guard let event = try? MessageCoder.decode(ExecutionChanged.Content.self, from: message.body) else {
                continue
            }
            told[event.executionID, default: []].append(event)
        }
        return executions.compactMap { execution in
            let events = told[execution.id, default: []]
            let state = execution.state
            if let other = events.first(where: { $0.status != state.status || $0.reason != state.reason }) {
                return "\(execution.id) was said to have ended as \(other.status) \(other.reason?.rawValue ?? "")"
            }
            // A due event that comes again after its job was changed is not the job's any more.
            let mayBeUntold = state.reason == .locked || state.reason == .missed
            let wasChanged = jobs.contains { $0.name == execution.jobName && $0.wasChanged }
            return events.isEmpty && !(mayBeUntold && wasChanged) ? "nobody was told that \(execution.id) ended" : nil
        }
    }

    /// No work is left, and only what no stage could handle is a dead letter, with the reason.
    private func faultsOfQueues() throws -> [String] {
        var faults: [String] = broker.isIdle ? [] : ["the broker still has work"]
        for queue in WorkQueue.allCases where queue.hasDeadLetters {
            var missing = ledger.poison.filter { $0.value.queue == queue }
            for letter in broker.waiting(in: "\(queue.rawValue).dead") {
                let id = letter.id ?? "-"
                let reason = letter.headers[Header.deadReason]
                if let poison = ledger.poison[id], poison.queue == queue {
                    missing[id] = nil
                    if reason != poison.reason.rawValue { faults.append("\(id) is dead for \(reason ?? "no reason")") }
                } else if try queue != .dispatcherRuns || !isRunOfDeletedJob(letter) {
                    faults.append("\(id) is a dead letter of \(queue.rawValue): \(letter.headers)")
                }
            }
            faults += missing.keys.map { "\($0) is not among the dead letters of \(queue.rawValue)" }.sorted()
        }
        return faults
    }

    /// A run that was asked for while its job was there.
    private func isRunOfDeletedJob(_ letter: InboundMessage) throws -> Bool {
        let run = try MessageCoder.decode(RunRequested.self, from: letter.body)
        guard let deletedAt = deletedAt(run.jobName) else { return false }
        return run.requestedAt <= deletedAt && letter.headers[Header.deadReason] == DeadLetterReason.failing.rawValue
    }

    /// Every execution with its end, in the order of creation: what the same seed must lead to again.
    func transcript() async throws -> [String] {
        try await executions().map { execution in
            let state = execution.state
            return "\(execution.id) \(execution.jobName) \(execution.occurrence.rfc3339) \(state.status) "
                + "\(state.reason?.rawValue ?? "-") \(state.finishedAt?.rfc3339 ?? "-") \(execution.attempts.count)"
        }
    }
}
