import JobCore
import Messaging
import MessagingTesting
import Store

/// The guarantees, checked once no execution is open. Each function returns a sentence for each broken guarantee.
extension PipelineWorld {
    func brokenGuarantees() async throws -> [String] {
        let executions = try await executions()
        return try await store.faults + services.faults + faultsOfEnds(executions) + faultsOfOccurrences(executions)
            + faultsOfRuns(executions) + faultsOfDeliveries(executions) + faultsOfEvents(executions)
            + faultsOfQueues() + faultsOfLateWebhooks() + faultsOfReplays(executions) + faultsOfRefusals(executions)
            + faultsOfRecord(executions)
    }

    /// Guarantee: every execution has ended, keeps its first end, and has a true reason.
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
                    "\(execution.id) of \(execution.jobName) (\(services.behaviour(of: execution.id))) \(fault)")
            }
        }
        return faults
    }

    private func faultOfReason(_ execution: Execution) -> String? {
        let posts = services.posts[execution.id, default: []]
        let sent = services.sentCallbacks[execution.id, default: []].map(\.kind)
        let ttlEnd = execution.occurrence.adding(seconds: execution.state.ttlSeconds)
        if execution.trigger == .test, execution.state.status == .success {
            return posts.map(\.isAccepted) == [true] ? nil : "is a test that succeeded, after \(posts)"
        }
        if execution.trigger != .test, let expected = callbackInTime(execution),
            expected != Self.finalCallback(of: execution)
        {
            return "sent \(expected) in time, but ended as \(execution.state)"
        }
        switch (execution.state.status, execution.state.reason) {
        case (.success, nil): return sent.contains(.success) ? nil : "succeeded without a callback of success"
        case (.fail, .reported): return sent.contains(.fail) ? nil : "failed without a callback of failure"
        case (.fail, .invocation):
            return posts.contains { !$0.isAccepted } ? nil : "failed to be invoked, but accepted every webhook"
        case (.fail, .cancelled):
            return ledger.cancelled.contains(execution.id) ? nil : "is cancelled without a request"
        case (.fail, .locked): return execution.isExclusive ? nil : "is locked, but its job is not exclusive"
        case (.fail, .missed): return nil
        case (.fail, .ttl):
            let end = execution.state.finishedAt ?? execution.occurrence
            return end >= ttlEnd ? nil : "ended at \(end.rfc3339), before its ttl at \(ttlEnd.rfc3339)"
        case (.fail, .heartbeat):
            return posts.contains(where: \.isAccepted) ? nil : "failed for silence, but was never invoked"
        default: return "ended as \(execution.state)"
        }
    }

    private static func finalCallback(of execution: Execution) -> CallbackKind? {
        switch (execution.state.status, execution.state.reason) {
        case (.success, _): .success
        case (.fail, .reported): .fail
        default: nil
        }
    }

    /// The final callback of a service that accepted the webhook at once, was never silent for too long and ended
    /// before its ttl. Nil otherwise.
    private func callbackInTime(_ execution: Execution) -> CallbackKind? {
        let posts = services.posts[execution.id, default: []]
        guard !ledger.cancelled.contains(execution.id), posts.allSatisfy(\.isAccepted),
            var lastHeartbeatAt = posts.first?.at
        else { return nil }
        var deadline = execution.occurrence.adding(seconds: execution.state.ttlSeconds)
        for callback in services.sentCallbacks[execution.id, default: []] {
            let silence = lastHeartbeatAt.adding(seconds: 2 * execution.state.heartbeatIntervalSeconds)
            guard callback.at < deadline, callback.at < silence else { return nil }
            if callback.kind.isFinal { return callback.kind }
            if case .processing(let seconds?) = callback.kind { deadline = callback.at.adding(seconds: seconds) }
            lastHeartbeatAt = callback.at
        }
        return nil
    }

    /// Guarantee: every occurrence of a job has exactly one execution, and no other instant has one.
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

    /// Guarantee: every requested run has its execution, unless its job was deleted before.
    private func faultsOfRuns(_ executions: [Execution]) -> [String] {
        var faults: [String] = []
        let byID = Dictionary(uniqueKeysWithValues: executions.map { ($0.id, $0) })
        for execution in executions
        where execution.trigger != .schedule && ledger.runs[execution.id] == nil && ledger.replays[execution.id] == nil
        {
            faults.append("\(execution.id) is a run of \(execution.jobName) that was not requested")
        }
        let deadLetters = Set(broker.waiting(in: "dispatcher.runs.dead").compactMap(\.id))
        for (id, run) in ledger.runs {
            guard let execution = byID[id] else {
                let isExcused = deadLetters.contains(id.description) && deletedAt(run.job) != nil
                if !isExcused { faults.append("the run \(id) of \(run.job) was lost") }
                continue
            }
            if execution.retryOf != run.retryOf { faults.append("\(id) does not name the execution that it retries") }
            if let retried = run.retryOf, byID[retried]?.retriedBy == nil {
                faults.append("\(retried) does not name its retry")
            }
        }
        return faults.sorted()
    }

    func deletedAt(_ name: JobName) -> Instant? {
        jobs.first { $0.name == name }?.deletedAt
    }

    /// Guarantee: every webhook belongs to an execution, and for every run a delivery was requested. The test itself
    /// may drop the message afterwards. A job that was changed in between may have lost its delivery with its
    /// occurrence.
    private func faultsOfDeliveries(_ executions: [Execution]) -> [String] {
        let known = Set(executions.map(\.id))
        let unknown = services.posts.keys.filter { !known.contains($0) }.map {
            "a webhook belongs to the unknown execution \($0)"
        }
        let requested = connections.values.flatMap(\.requestedDeliveries) + requestedByFrozen
        let sent = Set(requested.map { $0.prefix { $0 != "/" } })
        let unsent = executions.filter { execution in
            execution.state.reason != .locked && execution.state.reason != .missed
                && store.buffered[execution.id] == nil && !sent.contains(Substring(execution.id.description))
                && !jobs.contains { $0.name == execution.jobName && $0.wasChanged }
        }
        return (unknown + unsent.map { "\($0.id) of \($0.jobName) has no requested delivery" }).sorted()
    }

    /// Guarantee: events with the trigger are published for every creation and for every end, never two different ones
    /// for the end of one execution.
    private func faultsOfEvents(_ executions: [Execution]) -> [String] {
        let events = Dictionary(grouping: broker.unrouted.compactMap(PublishedEvent.init), by: \.execution.executionID)
        return executions.compactMap { execution in
            let events = events[execution.id, default: []]
            let ends = events.filter { $0.type == RoutingKey.executionFinished }.map(\.execution)
            let state = execution.state
            if let other = ends.first(where: { $0.status != state.status || $0.reason != state.reason }) {
                return "an event says that \(execution.id) ended as \(other.status) \(other.reason?.rawValue ?? "")"
            }
            if events.contains(where: { $0.execution.trigger != execution.trigger }) {
                return "an event of \(execution.id) has another trigger"
            }
            // A due event that is handled again after its job was changed does not belong to the job any more.
            let wasChanged = jobs.contains { $0.name == execution.jobName && $0.wasChanged }
            if !wasChanged, !events.contains(where: { $0.type == RoutingKey.executionCreated }) {
                return "no event reports the creation of \(execution.id)"
            }
            let mayBeUnpublished = state.reason == .locked || state.reason == .missed
            return ends.isEmpty && !(mayBeUnpublished && wasChanged)
                ? "no event reports the end of \(execution.id)" : nil
        }
    }

    /// Guarantee: no work is left, and exactly the poison messages and the refused deliveries are dead letters, each
    /// with its reason.
    private func faultsOfQueues() throws -> [String] {
        var faults: [String] = broker.isIdle ? [] : ["the broker still has work"]
        for queue in WorkQueue.allCases where queue.hasDeadLetters {
            var missing = ledger.poison.filter { $0.value.queue == queue }
            for letter in broker.waiting(in: "\(queue.rawValue).dead") {
                let id = letter.id ?? "-"
                let reason = letter.headers[Header.deadReason]
                if let poison = ledger.poison[id], poison.queue == queue {
                    missing[id] = nil
                    if reason != poison.reason.rawValue {
                        faults.append("\(id) is a dead letter for the reason \(reason ?? "-")")
                    }
                } else if try !isRefusal(letter, in: queue)
                    && (queue != .dispatcherRuns || !isRunOfDeletedJob(letter))
                {
                    faults.append("\(id) is a dead letter of \(queue.rawValue): \(letter.headers)")
                }
            }
            faults += missing.keys.map { "\($0) is not among the dead letters of \(queue.rawValue)" }.sorted()
        }
        return faults
    }

    /// True for a run that was requested before its job was deleted.
    private func isRunOfDeletedJob(_ letter: InboundMessage) throws -> Bool {
        let run = try MessageCoder.decode(RunRequested.self, from: letter.body)
        guard let deletedAt = deletedAt(run.jobName) else { return false }
        return run.requestedAt <= deletedAt && letter.headers[Header.deadReason] == DeadLetterReason.failing.rawValue
    }

    /// Every execution with its end, in the order of creation. The same seed must lead to the same transcript.
    func transcript() async throws -> [String] {
        try await executions().map { execution in
            let state = execution.state
            return "\(execution.id) \(execution.jobName) \(execution.occurrence.rfc3339) \(state.status) "
                + "\(state.reason?.rawValue ?? "-") \(state.finishedAt?.rfc3339 ?? "-") \(execution.attempts.count)"
        }
    }
}
