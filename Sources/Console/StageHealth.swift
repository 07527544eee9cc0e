import JobCore
import Messaging

/// A stage as `GET /status` names it.
enum StatusStage: String, Sendable, CaseIterable {
    case tickerd, dispatcherd, courierd
    case callbackEndpoint = "ingesterd callback"
    case recorder = "ingesterd recorder"
    case reaperd, deadletterd, consoled
    /// Listed only while the storage fork is enabled.
    case exporterd

    /// The queues that it consumes.
    var queues: [String] {
        switch self {
        case .tickerd: [WorkQueue.tickerBaton.rawValue]
        case .dispatcherd:
            [
                WorkQueue.dispatcherDue, .dispatcherBulk, .dispatcherRuns, .dispatcherDeliveries,
                .dispatcherRedeliveries,
            ].map(\.rawValue)
        case .courierd: [WorkQueue.courierDeliveries, .courierBulk].map(\.rawValue)
        case .callbackEndpoint: [WorkQueue.ingesterCallbacks.rawValue]
        case .recorder: ReportLine.allCases.map { WorkQueue.ingesterReports($0).rawValue }
        case .deadletterd: [WorkQueue.deadletterRequests.rawValue]
        case .exporterd: [EventFork.storage.queue].compactMap(\.self)
        case .reaperd, .consoled: []
        }
    }

    /// The stage that consumes a work queue.
    static func consuming(_ queue: WorkQueue) -> StatusStage {
        allCases.first { $0.queues.contains(queue.rawValue) } ?? .consoled
    }
}

/// How a stage is, as far as the queues tell. Stages meet only in queues, so nobody asks the stage itself.
struct StageHealth: Sendable, Equatable {
    enum State: String, Sendable, CaseIterable {
        case ok
        /// A part of it works.
        case degraded
        case down
        /// What shows how it is can't be seen now.
        case unknown
    }

    /// Signs of life are made each second. Older ones mean that none is made, or that they wait.
    static let signSecondsMax = 10 * LineProgress.signIntervalMilliseconds / 1_000
    /// The same for marks, which are made every five seconds.
    static let markSecondsMax = 4 * LineProgress.markIntervalMilliseconds / 1_000

    var stage: StatusStage
    var state: State
    /// Why it is not `ok`: a part of a sentence.
    var detail: String?

    init(_ stage: StatusStage, _ state: State, _ detail: String? = nil) {
        self.stage = stage
        self.state = state
        self.detail = detail
    }

    /// The health of every stage, in the order of the route.
    static func all(_ reading: StatusReading) -> [StageHealth] {
        StatusStage.allCases.compactMap { stage in
            switch stage {
            case .consoled: StageHealth(.consoled, .ok)
            case .callbackEndpoint: callbackEndpoint(reading)
            case .reaperd: reaperd(reading)
            case .exporterd: stage.queues.contains { reading.depths?[$0] != nil } ? byConsumers(stage, reading) : nil
            default: byConsumers(stage, reading)
            }
        }
    }

    private static func byConsumers(_ stage: StatusStage, _ reading: StatusReading) -> StageHealth {
        guard let depths = reading.depths else { return StageHealth(stage, .unknown, "the broker gives no answer") }
        let idle = stage.queues.filter { depths[$0]?.consumers ?? 0 == 0 }
        guard !idle.isEmpty else { return StageHealth(stage, .ok) }
        return StageHealth(
            stage, idle.count == stage.queues.count ? .down : .degraded,
            "no consumer of \(idle.joined(separator: ", "))")
    }

    /// It publishes signs of life, which pass through the lines of reports and are recorded there. A process that
    /// consumes its queue and makes none can't publish, or can't read the store.
    private static func callbackEndpoint(_ reading: StatusReading) -> StageHealth {
        let consumers = byConsumers(.callbackEndpoint, reading)
        guard reading.overview != nil else { return consumers }
        if isRecent(reading.latestSignAt, signSecondsMax, reading) {
            guard consumers.state == .down else { return StageHealth(.callbackEndpoint, .ok) }
            return StageHealth(.callbackEndpoint, .degraded, consumers.detail)
        }
        guard consumers.state == .ok else { return consumers }
        guard byConsumers(.recorder, reading).state == .ok, reading.ready(in: StatusStage.recorder.queues) == 0 else {
            return StageHealth(.callbackEndpoint, .unknown, "its signs of life wait in the lines of reports")
        }
        return StageHealth(
            .callbackEndpoint, .degraded,
            "\(lack("sign of life", reading.latestSignAt, reading)), so it can't publish, or can't read the store")
    }

    /// It publishes marks, which pass through the queues of dispatcherd, courierd and the recorder.
    private static func reaperd(_ reading: StatusReading) -> StageHealth {
        guard reading.overview != nil else { return StageHealth(.reaperd, .unknown, "the store gives no answer") }
        if isRecent(reading.latestMarkAt, markSecondsMax, reading) { return StageHealth(.reaperd, .ok) }
        guard reading.depths != nil else { return StageHealth(.reaperd, .unknown, "the broker gives no answer") }
        let route = [StatusStage.dispatcherd, .courierd, .recorder]
        let passed =
            [WorkQueue.dispatcherDeliveries, .courierBulk, .courierDeliveries].map(\.rawValue)
            + StatusStage.recorder.queues
        guard route.allSatisfy({ byConsumers($0, reading).state == .ok }), reading.ready(in: passed) == 0 else {
            return StageHealth(.reaperd, .unknown, "its marks wait in the queues of other stages")
        }
        return StageHealth(.reaperd, .down, lack("mark", reading.latestMarkAt, reading))
    }

    private static func isRecent(_ instant: Instant?, _ secondsMax: Int64, _ reading: StatusReading) -> Bool {
        instant.map { reading.seconds(since: $0) <= secondsMax } ?? false
    }

    private static func lack(_ what: String, _ latest: Instant?, _ reading: StatusReading) -> String {
        latest.map { "no \(what) for \(reading.seconds(since: $0)) s" } ?? "no \(what) so far"
    }
}
