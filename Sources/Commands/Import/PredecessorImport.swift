import JSON
import JobCore

/// Takes the jobs of the predecessor: the answer of its `GET /jobs`, or bodies of its `PUT` with the names of service
/// and job.
struct PredecessorImport: ImportReader {
    let options: ImportOptions

    /// The fields of a job that mean the same here.
    private static let fields: Set<String> = [
        "async", "enabled", "exclusive", "invocation_type", "invocation_target", "payload", "schedule", "time_zone",
        "dst", "ttl_seconds", "heartbeat_interval_seconds", "retry", "timeout_seconds", "headers", "misfire",
        "misfire_max_age_seconds", "start_at", "end_at", "tags", "description",
    ]
    private static let names: Set<String> = ["service_name", "job_name"]
    /// What the predecessor takes if a job doesn't say.
    private static let ttlSecondsDefault: Int64 = 60

    func read(_ entry: JobEntry, _ collector: inout ImportCollector) {
        let place = entry.place("")
        guard case .object(let given) = entry.value, let name = entry.value.string("job_name") else {
            return collector.leaveOut(place, "this is not a job: it has no job_name")
        }
        guard entry.value.field("deleted_at") == nil else {
            return collector.note(place, "“\(name.prefix(128))” was deleted there, so it is not imported")
        }
        guard let schedule = entry.value.string("schedule") else {
            return collector.leaveOut(place, "“\(name.prefix(128))” has no schedule")
        }
        var draft = ImportDraft(name: name, schedule: schedule, place: place)
        draft.service = entry.value.string("service_name")
        draft.fields["exclusive"] = .bool(true)
        if options.ttlSeconds == nil { draft.fields["ttl_seconds"] = .integer(Self.ttlSecondsDefault) }
        draft.fields.merge(given.filter { Self.fields.contains($0.key) && $0.value != .null }) { $1 }
        draft.target = Self.target(&draft.fields)
        if let payload = draft.fields["payload"], payload.kind != "a string" {
            draft.fields["payload"] = .string(payload.text)
            collector.note(
                place, "the payload of “\(name.prefix(128))” is \(payload.kind), so it becomes its JSON text")
        }
        let dropped = given.filter { $0.value != .null && !Self.fields.union(Self.names).contains($0.key) }.keys
            .sorted()
        if !dropped.isEmpty {
            let shown = dropped.prefix(12).map { $0.prefix(64) }.joined(separator: ", ")
            collector.noteOnce(
                place, about: "dropped \(shown)", "\(shown): no fields of a job, so they are dropped, here and below")
        }
        collector.add(draft)
    }

    private static func target(_ fields: inout [String: JSONValue]) -> InvocationTarget? {
        let kind = fields.removeValue(forKey: "invocation_type")
        guard case .string(let address)? = fields.removeValue(forKey: "invocation_target") else { return nil }
        guard case .string(let text)? = kind ?? .string("http"), let kind = InvocationTarget.Kind(rawValue: text) else {
            return nil
        }
        return InvocationTarget(kind: kind, address: address)
    }
}
