import JobCore
import Messaging

/// The JSON of what a pass over dead letters has done.
struct DeadLettersAnswer: Encodable {
    var result: DeadLettersResult
    var isDryRun: Bool
    /// Only letters that were dead before this instant were handled; nil for a letter that was in no queue.
    var before: Instant?

    private enum CodingKeys: String, CodingKey {
        case matched, done, failed, scanned, before, failures, paging
        case isDryRun = "dry_run"
        case endedEarly = "ended_early"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(result.matched, forKey: .matched)
        try container.encode(result.done, forKey: .done)
        try container.encode(result.failed, forKey: .failed)
        try container.encode(result.scanned, forKey: .scanned)
        try container.encode(isDryRun, forKey: .isDryRun)
        try container.encode(result.error != nil, forKey: .endedEarly)
        try container.encode(before?.rfc3339, forKey: .before)
        try container.encode(result.failures, forKey: .failures)
        try container.encode(Paging(more: result.more.map(Paging.token(after:))), forKey: .paging)
    }
}
