public import JSON
public import JobCore

/// Jobs as `belfry jobs export` writes them: what `belfry jobs apply` reads back without a change. Pure.
public enum JobExport {
    /// The document of a job for a file, without what is only shown and what is the default anyway.
    public static func document(of shown: ShownJob) -> JSONValue {
        var fields = shown.fields.filter { $0.value != .null }
        for field in JobDocument.readOnlyFields + ["overlap"] { fields[field] = nil }
        for (field, value) in defaults where fields[field] == value { fields[field] = nil }
        if let ttl = fields["ttl_seconds"]?.wholeNumber, let interval = fields["heartbeat_interval_seconds"],
            interval == .integer(min(max(30, ttl / 10), 48))
        {
            fields["heartbeat_interval_seconds"] = nil
        }
        (fields["service_name"], fields["job_name"]) = (.string(shown.name.service), .string(shown.name.job))
        return .object(fields)
    }

    private static let defaults: [String: JSONValue] = [
        "time_zone": .string("UTC"), "dst": .string("\(DSTPolicy.default)"), "timeout_seconds": .integer(15),
        "misfire": .string(MisfirePolicy.last.rawValue), "headers": .object([:]), "tags": .array([]),
        "retry": .object([
            "max_attempts": .integer(Int64(RetryPolicy().maxAttempts)),
            "backoff_seconds": .array(RetryPolicy().backoffSeconds.map { .integer($0) }),
        ]),
    ]

    /// Whether the API has hidden the values of the job's headers.
    public static func hidesHeaders(_ shown: ShownJob) -> Bool {
        guard case .object(let headers)? = shown.fields["headers"] else { return false }
        return headers.values.contains(.string("***"))
    }

    /// The path of a job's file in a folder of jobs: `billing/send-invoices.yaml`. A dot at the beginning of a name
    /// would hide the file from the reader.
    public static func path(of name: JobName) -> String {
        "\(visible(name.service))/\(visible(name.job)).yaml"
    }

    private static func visible(_ name: String) -> String {
        name.hasPrefix(".") ? "%2E\(name.dropFirst())" : name
    }
}
