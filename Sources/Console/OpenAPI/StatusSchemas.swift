import Messaging
import OpenAPI

/// The JSON of the state of the installation. What is not known is null.
enum StatusSchemas {
    static let all: [String: JSONSchema] = [
        "Status": .object(status, isOpen: true).described("The state of the installation."),
        "StoreCondition": .choice(of: StoreCondition.self),
        "BrokerCondition": .choice(of: BrokerCondition.self),
        "StageName": .choice(of: StatusStage.self),
        "StageState": .choice(of: StageHealth.State.self),
        "StatusProblemCode": .choice(of: StatusProblem.Code.self),
        "StatusProblem": problem,
        "StageStatus": stage,
        "QueueStatus": queue,
        "RetryLadderStatus": .object([.required("ready", count, "Deliveries that wait.")], isOpen: true),
        "Lateness": lateness,
        "JobCounts": .object(
            [.required("total", .integer()), .required("disabled", .integer()), .required("paused", .integer())],
            isOpen: true),
        "OpenExecutions": openExecutions,
    ]

    private static let count: JSONSchema = .integer().orNull

    private static let status: [JSONSchema.Field] = [
        .required("ok", .boolean, "True if there are no problems."),
        .required("now", .time),
        .required("problems", .list(of: .reference("StatusProblem")), "Those first that explain others."),
        .required("store", .reference("StoreCondition")),
        .required("broker", .reference("BrokerCondition")),
        .required("stages", .list(of: .reference("StageStatus"))),
        .required("queues", .list(of: .reference("QueueStatus"))),
        .required("retry_ladder", .reference("RetryLadderStatus")),
        .required("lateness", .reference("Lateness")),
        .required("jobs", JSONSchema.reference("JobCounts").orNull),
        .required("executions", JSONSchema.reference("OpenExecutions").orNull),
    ]

    private static let problem: JSONSchema = .object(
        [
            .required("code", .reference("StatusProblemCode")), .required("message", .string(), "For people."),
            .required("hint", .string(), "What to do."),
        ], isOpen: true
    ).described("Something that an operator has to act on.")

    private static let stage: JSONSchema = .object(
        [
            .required("stage", .reference("StageName")), .required("state", .reference("StageState")),
            .required("detail", JSONSchema.string().orNull, "Why it is not `ok`."),
        ], isOpen: true
    ).described("How a stage is, as far as its queues tell.")

    private static let queue: JSONSchema = .object(
        [
            .required("queue", .choice(of: WorkQueue.self)),
            .required("stage", .reference("StageName")),
            .required("ready", count, "Messages that no consumer has in hand."),
            .required("consumers", count),
            .required("oldest_seconds_max", count, "The oldest message has waited for so long at the most."),
            .required("dead_letters", count),
        ], isOpen: true
    ).described("A work queue.")

    private static let lateness: JSONSchema = .object(
        [
            .required("earliest_due_at", JSONSchema.time.orNull, "Of the attempts of pending executions."),
            .required("late_seconds", count, "For how long that attempt has been due; 0 if none is due."),
            .required("newest_occurrence", JSONSchema.time.orNull, "That has an execution."),
            .required("newest_occurrence_seconds", count, "The time since then."),
        ], isOpen: true
    ).described("How late attempts are.")

    private static let openExecutions: JSONSchema = .object(
        [
            .required("open", .integer()), .required("pending", .integer()), .required("invoked", .integer()),
            .required("processing", .integer()), .required("oldest_open_at", JSONSchema.time.orNull),
        ], isOpen: true
    ).described("How many executions are open.")
}
