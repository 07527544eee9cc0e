import ArgumentParser
import Commands
import Messaging

/// The options that say which dead letters are meant. A letter must meet all that are given.
struct DeadFilterOptions: ParsableArguments {
    @Option(
        help: "Letters of this queue, such as courier.deliveries. Repeat it for several.",
        completion: .list(WorkQueue.allCases.filter(\.hasDeadLetters).map(\.rawValue)),
        transform: Arguments.deadLetterQueue)
    var queue: [WorkQueue] = []
    @Option(help: "Letters about this service.", transform: Arguments.serviceName) var service: String?
    @Option(help: "Letters about the job of this name, without its service.", transform: Arguments.jobNameInService)
    var job: String?
    @Option(
        help: ArgumentHelp(
            "Letters with this reason.",
            discussion: """
                refused, unreadable, failing, forbidden or unknown_execution; or of the broker: delivery_limit, \
                rejected, expired or maxlen.
                """), transform: Arguments.notEmpty)
    var reason: String?
    @Option(
        help: "Letters whose error contains this text, in upper or lower case.", transform: Arguments.notEmpty)
    var error: String?
    @Option(
        help: "Letters that became dead letters longer ago than this: 90s, 15m, 1h, 7d.",
        transform: Arguments.ageSeconds)
    var olderThan: Int64?

    /// The conditions, of which there may be none.
    var conditions: LetterConditions {
        LetterConditions(
            queues: queue, service: service, job: job, reason: reason, error: error, olderThanSeconds: olderThan)
    }
}
