public import JSON
import JobCore

/// The fields of a job or an execution in the order of docs/api.md, for a person.
public enum FieldSheet {
    private static let jobFields = [
        "service_name", "job_name", "job_guid", "async", "enabled", "exclusive", "overlap", "invocation_type",
        "invocation_target", "payload", "schedule", "time_zone", "dst", "ttl_seconds", "heartbeat_interval_seconds",
        "retry", "timeout_seconds", "headers", "misfire", "misfire_max_age_seconds", "start_at", "end_at", "tags",
        "description", "owner", "created_at", "updated_at", "next_occurrence", "paused", "etag",
    ]
    private static let executionFields = [
        "execution_id", "service_name", "job_name", "job_guid", "trigger", "schedule", "scheduled_time", "status",
        "reason", "buffered", "progress", "service_invoked_at", "finished_at", "correlation_id", "summary", "error",
        "retry_of", "retried_by", "state", "payload", "ttl_seconds", "heartbeat_interval_seconds", "deadline",
    ]
    /// Times that the API gives as milliseconds since 1970.
    private static let executionTimes = ["scheduled_time", "service_invoked_at", "finished_at", "deadline"]

    /// The fields of a job as the API shows it. Fields that are null are left out, and unknown ones come last.
    public static func job(_ job: JSONValue) -> [(name: String, text: String)] {
        fields(job, order: jobFields)
    }

    /// The fields of an execution as the API shows it, without its timeline. Milliseconds since 1970 are shown as
    /// times.
    public static func execution(_ execution: JSONValue) -> [(name: String, text: String)] {
        guard case .object(var values) = execution else { return [] }
        values["timeline"] = nil
        for name in executionTimes {
            guard case .integer(let milliseconds)? = values["\(name)_ms"],
                let time = Instant(readable: milliseconds)
            else { continue }
            values["\(name)_ms"] = nil
            if values[name] == nil { values[name] = .string(time.rfc3339) }
        }
        return fields(.object(values), order: executionFields)
    }

    private static func fields(_ record: JSONValue, order: [String]) -> [(name: String, text: String)] {
        guard case .object(let values) = record else { return [] }
        let others = values.keys.filter { !order.contains($0) }.sorted()
        return (order + others).compactMap { name in record.fieldText(name).map { (name, $0) } }
    }
}
