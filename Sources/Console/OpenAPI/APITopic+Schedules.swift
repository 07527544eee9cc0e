import HTTPTypes
import JSON
import OpenAPI
import StageKit

extension APITopic {
    /// Schedules are explained and listed.
    static let schedules = APITopic(
        "Schedules", "When jobs run.", operations: [explainSchedule, listSchedules],
        schemas: [
            "ScheduleExplanation": .object(
                [
                    .required("expression", .string()), .required("sentence", .string()),
                    .required("occurrences", .list(of: .time), "With the offset of the time zone."),
                ], isOpen: true
            ).described("A schedule in words."),
            "Schedule": .object(
                [
                    .required("expression", .string()), .required("time_zone", .string()),
                    .required("dst", .string()), .required("jobs", .integer(), "All jobs, disabled ones, too."),
                    .required("disabled", .integer()),
                    .required("next_occurrence", JSONSchema.time.orNull, "Null if none of its jobs is enabled."),
                ], isOpen: true
            ).described("A schedule that jobs have."),
            "ScheduleList": .page(of: "Schedule"),
        ])

    private static let listSchedules = APIOperation.keyed(
        "listSchedules", .get, "/schedules", "List the schedules that jobs have",
        parameters: [
            .query("service_name", .name, "Only those of jobs of this service."), .limit(max: 1_000, default: 100),
            .more,
        ],
        answers: [APIAnswer(200, "The schedules, by expression.", APIBody(.reference("ScheduleList")))],
        errors: [.forbidden, .invalid])

    private static let example: JSONValue = .object([
        "expression": .string("cron(0 8 ? * MON-FRI *)"),
        "sentence": .string("At 08:00 every Monday through Friday (UTC)"),
        "occurrences": .array([.string("2026-11-27T08:00:00Z"), .string("2026-11-30T08:00:00Z")]),
    ])

    private static let explainSchedule = APIOperation.keyed(
        "explainSchedule", .get, "/schedules:explain", "Explain a schedule",
        parameters: [
            .query(
                "expression", JSONSchema.string().with(example: .string("rate(5 minutes)")), "The schedule.",
                isRequired: true),
            .query("time_zone", .string(), "A name of the IANA database; UTC without it."),
            .query("dst", .dst, "What it does when the clocks change."),
            .query("from", .instant, "The time to begin at; now without it."),
            .query("n", JSONSchema.integer(1...100).with(default: .integer(10)), "The number of occurrences."),
        ],
        answers: [
            APIAnswer(
                200, "A sentence, and the next occurrences.",
                APIBody(.reference("ScheduleExplanation"), examples: ["weekdays": example]))
        ],
        errors: [.invalid])
}
