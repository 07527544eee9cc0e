import Hummingbird
import JobCore
import StageKit
import Store

extension Console {
    private struct ExplainAnswer: Encodable {
        var expression: String
        var sentence: String
        var occurrences: [String]
    }

    /// `GET /schedules:explain`: a sentence and the next occurrences, as `belfry explain` prints them. Any key may ask.
    func explainSchedule(_ request: Request, _ context: KeyContext) async throws -> Response {
        var query = Query(request)
        let from = query.instant("from")
        let count = query.limit("n", max: 100, default: 10)
        let schedule = try query.schedule()
        try query.finish()
        let explanation = ScheduleExplanation(schedule, after: from ?? time.now(), count: count)
        return try .json(
            .ok,
            ExplainAnswer(
                expression: schedule.expression, sentence: explanation.sentence, occurrences: explanation.occurrences))
    }

    private struct ScheduleView: Encodable {
        let summary: ScheduleSummary
        let now: Instant

        private enum CodingKeys: String, CodingKey {
            case expression, dst, jobs, disabled
            case timeZone = "time_zone"
            case nextOccurrence = "next_occurrence"
        }

        func encode(to encoder: any Encoder) throws {
            var view = encoder.container(keyedBy: CodingKeys.self)
            try view.encode(summary.key.expression, forKey: .expression)
            try view.encode(summary.key.timeZone, forKey: .timeZone)
            try view.encode(summary.key.dst.description, forKey: .dst)
            try view.encode(summary.jobs, forKey: .jobs)
            try view.encode(summary.disabledJobs, forKey: .disabled)
            try view.encode(nextOccurrence?.rfc3339, forKey: .nextOccurrence)
        }

        private var nextOccurrence: Instant? {
            guard summary.jobs > summary.disabledJobs else { return nil }
            return (try? summary.key.parsed())?.next(after: now)
        }
    }

    /// `GET /schedules`: the schedules that jobs have, in the order of their expressions.
    func listSchedules(_ request: Request, _ context: KeyContext) async throws -> Response {
        var query = Query(request)
        let service = query.name("service_name")
        try context.require(.read, of: service)
        let limit = query.limit(max: 1_000, default: 100)
        let after = query.page("more", Paging.schedule)
        try query.finish()
        let page = try await store.schedules(service: service, after: after, limit: limit)
        let (now, last) = (time.now(), page.hasMore ? page.items.last : nil)
        return try .json(
            .ok,
            ResultPage(
                results: page.items.map { ScheduleView(summary: $0, now: now) },
                more: last.map { Paging.token(after: $0.key) }))
    }
}
