import JobCore
import Messaging
import Store
import Testing

@testable import Console

/// What follows from the depths of the queues and the counts of the store.
@Suite struct `The status of an installation` {
    private static let now = ConsoleAPI.now

    /// A change of a healthy installation, the problems that follow, and the state of one stage.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var problems: [StatusProblem.Code]
        var stage = StatusStage.consoled
        var state = StageHealth.State.ok
        var change: @Sendable (inout StatusReading) -> Void

        var testDescription: String { name }
    }

    private static func reading() -> StatusReading {
        StatusReading(now: now, overview: ScriptedQueues.overview, depths: ScriptedQueues.healthy)
    }

    private static func depth(_ ready: Int, _ consumers: Int) -> QueueDepth {
        QueueDepth(ready: ready, consumers: consumers)
    }

    @Sendable private static func age(_ reading: inout StatusReading, signs: Int64 = 0, marks: Int64 = 0) {
        for line in ReportLine.allCases {
            reading.overview?.lines[line.index] = LineProgress(
                latestSignAt: now.adding(seconds: -signs), latestMarkAt: now.adding(seconds: -marks))
        }
    }

    private static let stages: [Case] = [
        Case(name: "nothing is wrong", problems: []) { _ in },
        Case(name: "no ticker", problems: [.stageDown], stage: .tickerd, state: .down) {
            $0.depths?["ticker.baton"] = depth(1, 0)
        },
        Case(
            name: "a dispatcher that lacks a consumer", problems: [.stageDegraded], stage: .dispatcherd,
            state: .degraded
        ) {
            $0.depths?["dispatcher.runs"] = depth(0, 0)
        },
        Case(name: "no courier, whatever waits", problems: [.stageDown], stage: .courierd, state: .down) {
            $0.depths?["courier.deliveries"] = depth(7, 0)
            $0.depths?["courier.bulk"] = depth(0, 0)
        },
        Case(name: "no recorder", problems: [.stageDown], stage: .recorder, state: .down) { reading in
            for line in ReportLine.allCases { reading.depths?["ingester.reports.\(line.index)"] = depth(3, 0) }
        },
        Case(name: "no deadletterd", problems: [.stageDown], stage: .deadletterd, state: .down) {
            $0.depths?["deadletter.requests"] = depth(0, 0)
        },
        Case(name: "an exporter that is stopped", problems: [.stageDown], stage: .exporterd, state: .down) {
            $0.depths?["fork.storage"] = depth(12, 0)
        },
        Case(name: "an exporter at work", problems: [], stage: .exporterd) {
            $0.depths?["fork.storage"] = depth(12, 1)
        },
        Case(name: "signs that just came", problems: [], stage: .callbackEndpoint) { age(&$0, signs: 10) },
        Case(name: "no signs, no process", problems: [.stageDown], stage: .callbackEndpoint, state: .down) {
            age(&$0, signs: 11)
            $0.depths?["ingester.callbacks"] = depth(0, 0)
        },
        Case(name: "no signs of a process", problems: [.stageDegraded], stage: .callbackEndpoint, state: .degraded) {
            age(&$0, signs: 11)
        },
        Case(name: "signs, and no intake", problems: [.stageDegraded], stage: .callbackEndpoint, state: .degraded) {
            $0.depths?["ingester.callbacks"] = depth(0, 0)
        },
        Case(name: "signs that wait", problems: [], stage: .callbackEndpoint, state: .unknown) {
            age(&$0, signs: 11)
            $0.depths?["ingester.reports.2"] = depth(5, 1)
        },
        Case(name: "marks that just came", problems: [], stage: .reaperd) { age(&$0, marks: 20) },
        Case(name: "no marks", problems: [.stageDown], stage: .reaperd, state: .down) { age(&$0, marks: 21) },
        Case(name: "marks that wait", problems: [], stage: .reaperd, state: .unknown) {
            age(&$0, marks: 21)
            $0.depths?["courier.deliveries"] = depth(5, 1)
        },
        Case(name: "marks that nobody passes on", problems: [.stageDown], stage: .reaperd, state: .unknown) {
            age(&$0, marks: 21)
            $0.depths?["courier.deliveries"] = depth(0, 0)
            $0.depths?["courier.bulk"] = depth(0, 0)
        },
    ]

    private static let others: [Case] = [
        Case(name: "a full disk", problems: [.storeFault]) { $0.store = .full },
        Case(name: "a store without rights", problems: [.storeFault]) { $0.store = .notWritable },
        Case(name: "a store on a standby", problems: [.storeFault]) { $0.store = .readOnly },
        Case(name: "a failing disk", problems: [.storeFault]) { $0.store = .failing },
        Case(name: "no store", problems: [.storeUnavailable], stage: .reaperd, state: .unknown) {
            ($0.store, $0.overview) = (.unavailable, nil)
        },
        Case(name: "a store that hangs", problems: [.storeUnavailable], stage: .callbackEndpoint) {
            ($0.store, $0.overview) = (.noAnswer, nil)
        },
        Case(name: "no broker", problems: [.brokerUnavailable], stage: .courierd, state: .unknown) {
            ($0.broker, $0.depths) = (.unavailable, nil)
        },
        Case(name: "no broker, and old marks", problems: [.brokerUnavailable], stage: .reaperd, state: .unknown) {
            ($0.broker, $0.depths) = (.unavailable, nil)
            age(&$0, signs: 99, marks: 99)
        },
        Case(name: "an alarm", problems: [.brokerBlocked], stage: .courierd) { $0.broker = .blocked },
        Case(name: "a missing queue of letters", problems: [.queueMissing]) { $0.depths?["courier.bulk.dead"] = nil },
        Case(name: "a missing rung", problems: [.queueMissing]) { $0.depths?[StatusReading.retryLadder[3]] = nil },
        Case(name: "a dead letter", problems: [.deadLetters]) { $0.depths?["courier.bulk.dead"] = depth(1, 0) },
        Case(name: "an attempt that is due", problems: []) { $0.overview?.earliestDueAt = now.adding(seconds: -60) },
        Case(name: "a late attempt", problems: [.attemptsLate]) {
            $0.overview?.earliestDueAt = now.adding(seconds: -61)
        },
        Case(name: "an attempt to come", problems: []) { $0.overview?.earliestDueAt = now.adding(seconds: 900) },
        Case(name: "due events that wait", problems: []) {
            $0.depths?["dispatcher.due"] = depth(9, 1)
            $0.overview?.newestOccurrence = now.adding(seconds: -60)
        },
        Case(name: "due events that wait too long", problems: [.messagesLate]) {
            $0.depths?["dispatcher.due"] = depth(9, 1)
            $0.overview?.newestOccurrence = now.adding(seconds: -61)
        },
        Case(name: "an old occurrence, and nothing to do", problems: []) {
            $0.overview?.newestOccurrence = now.adding(seconds: -9_999)
        },
    ]

    @Test(arguments: stages + others) func `follows from what the store and the broker tell`(case given: Case) throws {
        var reading = Self.reading()
        given.change(&reading)
        #expect(StatusProblem.all(reading).map(\.code) == given.problems)
        let stage = try #require(StageHealth.all(reading).first { $0.stage == given.stage })
        #expect(stage.state == given.state && (stage.detail == nil) == (given.state == .ok))
    }

    @Test func `names every stage but the exporter of a fork that is not enabled`() {
        let stages = StageHealth.all(Self.reading()).map(\.stage)
        #expect(stages == StatusStage.allCases.filter { $0 != .exporterd })
        for queue in WorkQueue.allCases { #expect(StatusStage.consuming(queue) != .consoled) }
    }

    @Test func `says in each problem what is wrong and what to do`() {
        var reading = Self.reading()
        reading.depths?["courier.deliveries"] = Self.depth(7, 0)
        reading.depths?["courier.bulk"] = Self.depth(0, 0)
        reading.depths?["courier.deliveries.dead"] = Self.depth(2, 0)
        reading.depths?["dispatcher.runs.dead"] = Self.depth(1, 0)
        #expect(
            StatusProblem.all(reading).map(\.message) == [
                "courierd is down: no consumer of courier.deliveries, courier.bulk.",
                "There are 3 dead letters: dispatcher.runs (1), courier.deliveries (2).",
            ])
        reading = Self.reading()
        (reading.store, reading.overview, reading.broker, reading.depths) = (.unavailable, nil, .unavailable, nil)
        for problem in StatusProblem.all(reading) {
            #expect(problem.message.hasSuffix(".") && problem.hint.hasSuffix("."))
        }
    }

    @Test func `has for each queue the most that its oldest message can have waited, if something tells`() {
        var reading = Self.reading()
        Self.age(&reading, signs: 3, marks: 8)
        reading.overview?.newestOccurrence = Self.now.adding(seconds: -4)
        for queue in WorkQueue.allCases { #expect(reading.oldestSecondsMax(in: queue) == nil, "it is empty") }
        for queue in WorkQueue.allCases { reading.depths?[queue.rawValue] = Self.depth(1, 1) }
        for queue in WorkQueue.allCases {
            let expected: Int64? =
                switch queue {
                case .dispatcherDue: 4
                case .dispatcherDeliveries, .courierDeliveries, .courierBulk: 8
                default: queue.reportLine == nil ? nil : 3
                }
            #expect(reading.oldestSecondsMax(in: queue) == expected, "\(queue)")
        }
    }
}
