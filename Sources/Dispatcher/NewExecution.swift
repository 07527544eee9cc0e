import JobCore
import Messaging
import Store

/// An execution that is not recorded yet, with its job.
struct NewExecution {
    var job: Job
    var execution: Execution
    /// Whether the message that leads to it may have been handled before.
    var mayHaveBeenHandled: Bool
    /// Whether that message was a dead letter and was replayed.
    var isReplay: Bool
    /// Whether its delivery is more than its service's share.
    var isBulk = false
    /// Headers that its delivery carries on.
    var headers: [String: String] = [:]
    /// What its webhook is signed with; `record` finds it.
    var secrets = ServiceSecrets.derived

    /// Whether a delivery may follow from it. After a replay, an execution that is on record leads to its events only:
    /// its delivery may wait in a queue since long ago. If it was never requested, the recorder finds it lost.
    func requestsDelivery(_ recorded: RecordedExecution) -> Bool {
        recorded.isNew || mayHaveBeenHandled
    }

    /// The messages that it leads to, once it is recorded.
    func messages(_ recorded: RecordedExecution) -> [OutboundMessage] {
        requestsDelivery(recorded)
            ? recorded.messages(job: job, isBulk: isBulk, secrets: secrets, headers: headers) : recorded.eventMessages
    }

    /// Records all executions in one transaction, and returns those that lead to messages, in order, each once.
    ///
    /// They are the new ones, and those that an earlier try of the same message may have recorded, before it was a dead
    /// letter perhaps. An execution that is
    /// on record because of another message leads to nothing: the dispatcher that recorded it holds that message until
    /// the delivery is requested, and if it dies, the broker redelivers the message. Left out, too, is one that can't
    /// be read: nobody knows whether it was delivered.
    static func record(
        _ new: [NewExecution], in store: any DispatchStore, time: any TimeSource
    ) async throws(StoreError) -> [(new: NewExecution, execution: RecordedExecution)] {
        // Before the commit: when this fails, the batch is tried again as if it had never been handled.
        let secrets = try await store.validSecrets(of: Set(new.map(\.job.name.service)), at: time.now())
        let recorded = try await store.create(new.map(\.execution), now: { time.now() })
        precondition(recorded.count == new.count, "the store returns one execution for each execution given to it")
        var found: Set<ExecutionID> = []
        return zip(new, recorded).compactMap { new, recorded in
            guard let recorded, new.requestsDelivery(recorded) || new.isReplay,
                found.insert(recorded.execution.id).inserted
            else { return nil }
            var new = new
            new.secrets = secrets[new.job.name.service] ?? .derived
            return (new, recorded)
        }
    }
}
