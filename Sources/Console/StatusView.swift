import JobCore
import Messaging
import Store

/// The JSON of `GET /status`. What is not known is null.
struct StatusView: Encodable {
    let reading: StatusReading

    private enum CodingKeys: String, CodingKey {
        case ok, now, problems, store, broker, stages, queues, lateness, jobs, executions
        case retryLadder = "retry_ladder"
    }

    func encode(to encoder: any Encoder) throws {
        let problems = StatusProblem.all(reading)
        var status = encoder.container(keyedBy: CodingKeys.self)
        try status.encode(problems.isEmpty, forKey: .ok)
        try status.encode(reading.now.rfc3339, forKey: .now)
        try status.encode(problems, forKey: .problems)
        try status.encode(reading.store.rawValue, forKey: .store)
        try status.encode(reading.broker.rawValue, forKey: .broker)
        try status.encode(StageHealth.all(reading).map(StageView.init), forKey: .stages)
        try status.encode(WorkQueue.allCases.map { QueueView(queue: $0, reading: reading) }, forKey: .queues)
        try status.encode(LadderView(ready: reading.ready(in: StatusReading.retryLadder)), forKey: .retryLadder)
        try status.encode(LatenessView(reading: reading), forKey: .lateness)
        try status.encode(reading.overview.map(JobCountsView.init), forKey: .jobs)
        try status.encode(reading.overview.map(OpenExecutionsView.init), forKey: .executions)
    }
}

private struct StageView: Encodable {
    let health: StageHealth

    private enum CodingKeys: String, CodingKey { case stage, state, detail }

    func encode(to encoder: any Encoder) throws {
        var stage = encoder.container(keyedBy: CodingKeys.self)
        try stage.encode(health.stage.rawValue, forKey: .stage)
        try stage.encode(health.state.rawValue, forKey: .state)
        try stage.encode(health.detail, forKey: .detail)
    }
}

private struct QueueView: Encodable {
    let queue: WorkQueue
    let reading: StatusReading

    private enum CodingKeys: String, CodingKey {
        case queue, stage, ready, consumers
        case oldestSecondsMax = "oldest_seconds_max"
        case deadLetters = "dead_letters"
    }

    func encode(to encoder: any Encoder) throws {
        let depth = reading.depths?[queue.rawValue]
        var view = encoder.container(keyedBy: CodingKeys.self)
        try view.encode(queue.rawValue, forKey: .queue)
        try view.encode(StatusStage.consuming(queue).rawValue, forKey: .stage)
        try view.encode(depth?.ready, forKey: .ready)
        try view.encode(depth?.consumers, forKey: .consumers)
        try view.encode(reading.oldestSecondsMax(in: queue), forKey: .oldestSecondsMax)
        try view.encode(reading.deadLetters(of: queue), forKey: .deadLetters)
    }
}

private struct LadderView: Encodable {
    let ready: Int?

    private enum CodingKeys: String, CodingKey { case ready }

    func encode(to encoder: any Encoder) throws {
        var view = encoder.container(keyedBy: CodingKeys.self)
        try view.encode(ready, forKey: .ready)
    }
}

private struct LatenessView: Encodable {
    let reading: StatusReading

    private enum CodingKeys: String, CodingKey {
        case earliestDueAt = "earliest_due_at"
        case lateSeconds = "late_seconds"
        case newestOccurrence = "newest_occurrence"
        case newestOccurrenceSeconds = "newest_occurrence_seconds"
    }

    func encode(to encoder: any Encoder) throws {
        let newest = reading.overview?.newestOccurrence
        var view = encoder.container(keyedBy: CodingKeys.self)
        try view.encode(reading.overview?.earliestDueAt?.rfc3339, forKey: .earliestDueAt)
        try view.encode(reading.lateSeconds, forKey: .lateSeconds)
        try view.encode(newest?.rfc3339, forKey: .newestOccurrence)
        try view.encode(newest.map { reading.seconds(since: $0) }, forKey: .newestOccurrenceSeconds)
    }
}

private struct JobCountsView: Encodable {
    let overview: StoreOverview

    private enum CodingKeys: String, CodingKey { case total, disabled, paused }

    func encode(to encoder: any Encoder) throws {
        var view = encoder.container(keyedBy: CodingKeys.self)
        try view.encode(overview.jobs, forKey: .total)
        try view.encode(overview.disabledJobs, forKey: .disabled)
        try view.encode(overview.pausedJobs, forKey: .paused)
    }
}

private struct OpenExecutionsView: Encodable {
    let overview: StoreOverview

    private enum CodingKeys: String, CodingKey {
        case open, pending, invoked, processing
        case oldestOpenAt = "oldest_open_at"
    }

    func encode(to encoder: any Encoder) throws {
        var view = encoder.container(keyedBy: CodingKeys.self)
        try view.encode(overview.pending + overview.invoked + overview.processing, forKey: .open)
        try view.encode(overview.pending, forKey: .pending)
        try view.encode(overview.invoked, forKey: .invoked)
        try view.encode(overview.processing, forKey: .processing)
        try view.encode(overview.oldestOpenAt?.rfc3339, forKey: .oldestOpenAt)
    }
}
