import JSON
import JobCore
import OpenAPI

/// The JSON of a callback: one schema for each status, since the other fields depend on it.
///
/// `CallbackBoundsTests` hold the bounds against `CallbackDocument`, which checks them.
enum CallbackSchemas {
    /// The callbacks by their statuses.
    static let names = ["Heartbeat", "Success", "Failure"]

    static let all: [String: JSONSchema] = [
        "Heartbeat": callback("processing", "The run goes on.", heartbeat),
        "Success": callback("success", "The run has ended as it should.", [state] + outcome),
        "Failure": callback("fail", "The run has failed.", [error] + outcome),
    ]

    private static let heartbeat: [JSONSchema.Field] = [
        .optional("progress", JSONSchema.integer(0...100).orNull, "A percentage."),
        .optional(
            "extend_seconds", JSONSchema.integer(1...Limits.ttlSecondsMax).orNull,
            "Moves the end of the ttl to now and that much later, by the ttl at most."),
    ]

    private static let outcome: [JSONSchema.Field] = [
        .optional("summary", JSONSchema.string(lengthMax: Limits.callbackBytesMax).orNull, "For people."),
        .optional(
            "correlation_id", JSONSchema.string(lengthMax: 1_024).orNull, "Executions can be searched for by it."),
    ]

    private static let state = JSONSchema.Field.optional(
        "state", JSONSchema.string(lengthMax: Limits.callbackBytesMax).orNull,
        "The next run of an exclusive job gets it.")

    private static let error = JSONSchema.Field.optional(
        "error", .any(of: [.string(), .map(to: .anything)]).orNull, "Why the run failed.")

    /// The fields of other statuses may be there, too, and mean nothing.
    private static func callback(_ status: String, _ text: String, _ fields: [JSONSchema.Field]) -> JSONSchema {
        let own = fields.map(\.name)
        let ignored = (heartbeat + outcome + [state, error]).map(\.name).filter { !own.contains($0) }
        return .object(
            [.required("status", .constant(status))] + fields
                + ignored.map { .optional($0, .anything, "Ignored with this status.") }
        ).described(text)
    }
}
