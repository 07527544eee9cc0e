import JSON
import JobCore

/// Compares jobs of files with those that the API shows. Pure.
enum JobComparison {
    /// Stands for the value of a header that the API does not show, or that the file leaves as it is.
    private static let hidden = "***"
    /// What is shown only, and what another field says, too.
    private static let passedOver = Set(JobDocument.readOnlyFields + ["overlap"])

    /// What putting `wanted` changes of a job, by the names of fields. Empty if nothing.
    ///
    /// The API shows a job with its defaults, so both are read before they are compared.
    static func changes(of shown: ShownJob, to wanted: Job) -> [FieldChange] {
        let stored = try? JobDocument.parse(.object(shown.fields), name: shown.name)
        var wanted = wanted
        wanted.heartbeatIntervalSeconds = wanted.effectiveHeartbeatIntervalSeconds
        for (name, value) in wanted.headers where value == hidden {
            wanted.headers[name] = stored?.headers.first { $0.key.lowercased() == name.lowercased() }?.value ?? hidden
        }
        guard wanted != stored else { return [] }
        let (before, after) = (stored.map(fields(of:)) ?? flat(shown.fields), fields(of: wanted))
        return Set(before.keys).union(after.keys).sorted().compactMap { field in
            let change = FieldChange(field: field, before: before[field] ?? .null, after: after[field] ?? .null)
            return change.before == change.after ? nil : change.masked
        }
    }

    /// What a new job has, as its file has it.
    static func fields(ofNew document: JSONValue) -> [FieldChange] {
        guard case .object(let fields) = document else { return [] }
        return flat(fields).sorted { $0.key < $1.key }.compactMap { field, value in
            value == .null ? nil : FieldChange(field: field, before: .null, after: value).masked
        }
    }

    private static func fields(of job: Job) -> [String: JSONValue] {
        let epoch = Instant(millisecondsSinceEpoch: 0)
        let shown = JobFields(job, createdAt: epoch, updatedAt: epoch)
        guard let bytes = try? JSONWriter.bytes(of: shown),
            case .object(var fields)? = try? JSONValue(parsing: bytes, limits: .trusted)
        else { return [:] }
        fields["payload"] = job.payload.map(JSONValue.string) ?? .null
        fields["headers"] = .object(job.headers.mapValues(JSONValue.string))
        return flat(fields)
    }

    /// The fields of objects by the paths to them.
    private static func flat(_ fields: [String: JSONValue]) -> [String: JSONValue] {
        var flat: [String: JSONValue] = [:]
        for (name, value) in fields where !passedOver.contains(name) {
            if case .object(let inner) = value {
                for (innerName, innerValue) in inner { flat["\(name).\(innerName)"] = innerValue }
            } else {
                flat[name] = value
            }
        }
        return flat
    }
}
