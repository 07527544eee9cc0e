import Chaos
import JobCore
import Messaging
import Testing

/// Each broken guarantee is found in a ledger that has it, and not in one that just holds.
@Suite struct `The judge of a chaos run` {
    @Test func `accepts a run that succeeds as its service reported`() {
        var ledger = SmallLedger()
        ledger.fault(.killBroker, 12.5, 13)
        ledger.webhook(10)
        ledger.callback(.processing, (12, 202))
        ledger.callback(.success, (13, 503), (13.5, 202))
        ledger.record("success", end: 13.5)
        #expect(ledger.violations.isEmpty && ledger.excuses.isEmpty)
    }

    @Test func `finds an occurrence without an execution, unless it stood in a purged queue`() {
        var ledger = SmallLedger()
        #expect(ledger.violations == [.lostOccurrence])
        ledger.fault(.purge(.courierDeliveries), 12, 12)
        ledger.fault(.purge(.dispatcherDue), 5, 6)
        ledger.fault(.purge(.dispatcherDue), 15.1, 16)
        #expect(ledger.violations == [.lostOccurrence])
        ledger.fault(.purge(.dispatcherBulk), 15, 16)
        #expect(ledger.violations.isEmpty && ledger.excuses == [.purgedOccurrence: 1])
    }

    @Test(
        arguments: [
            (.freeze(["dispatcherd.1"]), true), (.kill(["tickerd.2"]), true), (.lockStore, true), (.freezeBroker, true),
            (.kill(["courierd.1", "ingesterd.1"]), false),
        ] as [(Fault, Bool)])
    func `lets a fault hold a due event up until its queue is purged`(fault: Fault, isCause: Bool) {
        var ledger = SmallLedger()
        ledger.fault(.purge(.dispatcherDue), 30, 31)
        ledger.fault(fault, 14, 20)
        #expect(ledger.violations == (isCause ? [] : [.lostOccurrence]))
        ledger.facts.disturbances[0].begin = ledger.at(35.1)
        #expect(ledger.violations == [.lostOccurrence])
    }

    @Test func `finds an occurrence with two executions`() {
        var ledger = SmallLedger()
        for execution in ["a", "b"] {
            ledger.record(of: execution, "success", end: 11)
            ledger.callback(of: execution, .success, (11, 202))
        }
        #expect(ledger.violations == [.doubledOccurrence])
    }

    @Test func `finds a webhook of an execution that is not on record`() {
        var ledger = ended()
        ledger.webhook(of: "b", 10)
        #expect(ledger.violations == [.unknownExecution])
    }

    @Test func `finds a run that doesn't end`() {
        var ledger = SmallLedger()
        ledger.record("processing")
        #expect(ledger.violations == [.stuck])
    }

    @Test(
        arguments: [
            ("fail", "reported", [.lostCallback, .inventedEnd]), ("fail", "invocation", [.lostCallback, .inventedEnd]),
            ("fail", "heartbeat", [.lostCallback, .falseHeartbeatTimeout]),
            ("fail", "ttl", [.lostCallback, .earlyTTL]),
            ("success", nil, []),
        ] as [(String, String?, [Violation.Kind])])
    func `finds a success that was answered 202 and is not recorded`(
        status: String, reason: String?, kinds: [Violation.Kind]
    ) {
        var ledger = SmallLedger()
        ledger.webhook(10)
        ledger.callback(.success, (12, 202))
        ledger.record(status, reason, end: status == "success" ? 12 : 13)
        #expect(ledger.violations == kinds)
    }

    @Test(arguments: [(14.5, true), (13.9, false)])
    func `lets a success come too late for a true timeout`(second: Double, isLate: Bool) {
        var ledger = SmallLedger()
        ledger.webhook(10)
        ledger.callback(.success, (second, 202))
        ledger.record("fail", "heartbeat", end: 18)
        #expect(ledger.violations == (isLate ? [] : [.lostCallback]))
    }

    @Test func `lets another final callback come first`() {
        var ledger = SmallLedger()
        ledger.webhook(10)
        ledger.callback(.success, (12, 202))
        ledger.callback(.fail, (11.9, 202))
        ledger.record("fail", "reported", end: 11.9)
        #expect(ledger.violations.isEmpty)
    }

    @Test(
        arguments: [
            ("success", nil), ("fail", "reported"), ("fail", "invocation"), ("fail", "locked"), ("fail", "missed"),
            ("fail", "cancelled"),
        ] as [(String, String?)])
    func `finds an end without a cause`(status: String, reason: String?) {
        var ledger = SmallLedger()
        ledger.record(status, reason, end: 13)
        #expect(ledger.violations == [.inventedEnd])
    }

    @Test(arguments: [(27.5, 27.9, true), (27.5, 29, false), (15, 15.4, false)])
    func `lets an answer close to the end of the ttl come after its attempt`(
        webhook: Double, end: Double, isCaused: Bool
    ) {
        var ledger = SmallLedger()
        ledger.webhook(webhook)
        ledger.record("fail", "invocation", end: end)
        #expect(ledger.violations == (isCaused ? [] : [.inventedEnd]))
    }

    @Test func `accepts refusals, locked runs of exclusive jobs, and occurrences missed by more than a minute`() {
        var refused = SmallLedger()
        refused.webhook(10, answer: 404)
        refused.record("fail", "invocation", end: 10)
        #expect(refused.violations.isEmpty)
        var unavailable = SmallLedger()
        for attempt in 1...3 { unavailable.webhook(attempt: Int64(attempt), Double(9 + attempt), answer: 503) }
        unavailable.record("fail", "invocation", end: 12)
        #expect(unavailable.violations.isEmpty)
        var locked = SmallLedger { $0.isExclusive = true }
        locked.record("fail", "locked", end: 10)
        #expect(locked.violations.isEmpty)
        var missed = SmallLedger()
        missed.record("fail", "missed", end: 70.1)
        #expect(missed.violations.isEmpty)
    }

    @Test func `finds a message that was not kept, and a dead letter that was no poison`() {
        var ledger = ended()
        ledger.facts.poison = [.courierDeliveries: 2]
        ledger.facts.deadLetters = [.courierDeliveries: 1]
        #expect(ledger.violations == [.lostMessage])
        ledger.facts.deadLetters = [.courierDeliveries: 3]
        #expect(ledger.violations == [.innocentDeadLetter])
        ledger.fault(.kill(["courierd.1"]), 20, 20)
        #expect(ledger.violations.isEmpty)
    }

    @Test func `expects that letters are repeated while the broker confirms nothing, but not without end`() {
        var ledger = ended()
        ledger.facts.poison = [.courierDeliveries: 2]
        ledger.fault(.restartBroker, 20, 22)
        ledger.facts.deadLetters = [.courierDeliveries: 18]
        #expect(!ledger.violations.contains(.innocentDeadLetter))
        ledger.facts.deadLetters = [.courierDeliveries: 19]
        #expect(ledger.violations.contains(.innocentDeadLetter))
    }

    @Test func `expects the dead letters of refused deliveries, and only in the queues of couriers`() {
        var ledger = SmallLedger()
        ledger.record("fail", "invocation", end: 11)
        ledger.facts.deadLetters = [.courierDeliveries: 1]
        #expect(!ledger.violations.contains(.innocentDeadLetter))
        ledger.facts.deadLetters = [.dispatcherDue: 1]
        #expect(ledger.violations.contains(.innocentDeadLetter))
    }

    @Test func `finds a callback without an answer, unless its endpoint was killed or frozen`() {
        var ledger = ended()
        let hung = Facts.Try(at: ledger.at(11), endpoint: "ingesterd.1", answer: 0, answeredAt: ledger.at(15))
        ledger.facts.callbacks.append(Facts.Callback(execution: "a", kind: .processing, tries: [hung]))
        ledger.fault(.freezeBroker, 10, 15)
        ledger.fault(.freeze(["ingesterd.2"]), 10, 15)
        #expect(ledger.violations == [.hungCallback])
        ledger.fault(.freeze(["ingesterd.1"]), 10, 11)
        #expect(ledger.violations.isEmpty)
    }

    @Test(arguments: [500, 503])
    func `finds a callback that is refused while the broker and the store are there`(answer: Int) {
        var ledger = ended()
        ledger.callback(.processing, (30, answer))
        ledger.fault(.kill(["ingesterd.2", "courierd.1"]), 30, 30)
        ledger.fault(.killBroker, 1, 4)
        #expect(ledger.violations == [.refusedCallback])
        ledger.facts.disturbances[1].end = ledger.at(5)
        #expect(ledger.violations.isEmpty)
    }

    @Test func `finds a program that ended by itself`() {
        var ledger = ended()
        ledger.facts.crashed = ["courierd.1"]
        #expect(ledger.violations == [.crash])
    }

    private func ended() -> SmallLedger {
        var ledger = SmallLedger()
        ledger.webhook(10)
        ledger.callback(.success, (11, 202))
        ledger.record("success", end: 11)
        return ledger
    }
}
