import Hummingbird
import JobCore
import StageKit

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
}
