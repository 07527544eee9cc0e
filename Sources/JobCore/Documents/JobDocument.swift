public import JSON

/// Reads the JSON of a job, as `PUT /services/{service}/jobs/{job}` takes it.
///
/// The name is not part of the document. The fields and their limits are listed in docs/api.md.
public enum JobDocument {
    /// Bytes of a whole document: the largest payload with every byte escaped as `\u0041`, and half a megabyte for all
    /// other fields.
    public static let bytesMax = 6 * Limits.payloadBytesMax + 512 * 1_024

    /// The limits of the JSON of a job.
    public static let limits = JSONLimits(bytesMax: bytesMax)

    /// The fields that only a job that is shown has. A document may repeat them, so that what was read can be put back.
    public static let readOnlyFields = [
        "service_name", "job_name", "job_guid", "created_at", "updated_at", "next_occurrence", "paused", "etag",
    ]

    private static let attemptsMax = Int64(RetryPolicy.attemptsMax)
    private static let headersMax = 32
    private static let headerBytesMax = 4_096
    private static let tagsMax = 20
    /// Bytes of a tag.
    public static let tagBytesMax = 64

    /// Reads a job that is put now. Throws all mistakes together.
    ///
    /// An `at(…)` that has passed is one of them, unless `current`, the job's schedule on record, is the same: then the
    /// job may be put again with another mistake corrected. `targets` are those of this installation.
    public static func parse(
        _ bytes: [UInt8], name: JobName, now: Instant, current: ScheduleKey?, targets: TargetRules
    ) throws(InvalidDocument) -> Job {
        try parse(
            try JSONValue.parse(bytes, limits: limits), name: name, now: now, current: current, targets: targets)
    }

    /// Reads a job that is put now, from a value that was JSON. Throws all mistakes together.
    public static func parse(
        _ value: JSONValue, name: JobName, now: Instant, current: ScheduleKey?, targets: TargetRules
    ) throws(InvalidDocument) -> Job {
        try parse(value, name: name, targets: targets) { schedule in
            schedule != current && (try? schedule.parsed())?.hasPassed(at: now) == true
        }
    }

    /// Reads a job from a value that was JSON or YAML. Throws all mistakes together. An `at(…)` that has passed is none
    /// of them, nor is a target that only some installations can deliver to.
    public static func parse(_ value: JSONValue, name: JobName) throws(InvalidDocument) -> Job {
        try parse(value, name: name, targets: .anyInstallation) { _ in false }
    }

    private static func parse(
        _ value: JSONValue, name: JobName, targets: TargetRules, hasPassed: (ScheduleKey) -> Bool
    ) throws(InvalidDocument) -> Job {
        guard case .object(let fields) = value else {
            throw .notAnObject
        }
        var reader = DocumentReader(fields)
        for (field, text) in [("service_name", name.service), ("job_name", name.job)] {
            if let fault = JobName.fault(in: text) {
                reader.report(field, .invalid, fault, hint: JobName.hint)
            }
        }
        let job = read(&reader, name: name, targets: targets, hasPassed: hasPassed)
        for field in readOnlyFields { _ = reader.any(field) }
        reader.refuseUnknownFields()
        guard let job, reader.errors.isEmpty else { throw InvalidDocument(reader.errors) }
        return job
    }

    private static func read(
        _ reader: inout DocumentReader, name: JobName, targets: TargetRules, hasPassed: (ScheduleKey) -> Bool
    ) -> Job? {
        if reader.requiredBool("async") == false {
            reader.report("async", .notAllowed, "is false", hint: "Only asynchronous jobs are supported: give true.")
        }
        let isEnabled = reader.requiredBool("enabled")
        let isExclusive = reader.requiredBool("exclusive")
        readOverlap(&reader, isExclusive: isExclusive)
        let target = readTarget(&reader, targets)
        let schedule = readSchedule(&reader)
        if let schedule, hasPassed(schedule) {
            reader.report(
                "schedule", .outOfRange, "is a time in the past",
                hint: "Give a time in the future. It is in UTC unless time_zone says otherwise.")
        }
        let ttlSeconds = reader.requiredInteger("ttl_seconds", in: 1...Limits.ttlSecondsMax)
        let startAt = reader.instant("start_at")
        let endAt = reader.instant("end_at")
        if let startAt, let endAt, endAt <= startAt {
            reader.report("end_at", .outOfRange, "is not after start_at", hint: "Give a later time.")
        }
        let payload = reader.string("payload", bytesMax: Limits.payloadBytesMax)
        let heartbeat = reader.integer("heartbeat_interval_seconds", in: 1...86_400)
        let retry = readRetry(&reader)
        let timeout = reader.integer("timeout_seconds", in: 1...120) ?? 15
        let headers = readHeaders(&reader, target?.kind ?? .http)
        if target?.kind == .sqs {
            SQSMessageRules.faults(headers: headers, payload: payload).forEach { reader.report($0) }
        }
        let misfire: MisfirePolicy = reader.choice("misfire") ?? .last
        let maxAge = reader.integer("misfire_max_age_seconds", in: 1...31_536_000)
        let tags = readTags(&reader)
        let description = reader.string("description", bytesMax: 1_024)
        let owner = readOwner(&reader)
        guard let isEnabled, let isExclusive, let target, let schedule, let ttlSeconds else { return nil }
        return Job(
            name: name, isEnabled: isEnabled, isExclusive: isExclusive, target: target, payload: payload,
            schedule: schedule, ttlSeconds: ttlSeconds, heartbeatIntervalSeconds: heartbeat, retry: retry,
            timeoutSeconds: timeout, headers: headers, misfire: misfire, misfireMaxAgeSeconds: maxAge,
            startAt: startAt, endAt: endAt, tags: tags, description: description, owner: owner)
    }

    /// `overlap` says what `exclusive` says: it can only agree with it.
    private static func readOverlap(_ reader: inout DocumentReader, isExclusive: Bool?) {
        let overlap: OverlapPolicy? = reader.choice("overlap")
        guard let overlap, let isExclusive, (overlap == .skip) != isExclusive else { return }
        reader.report(
            "overlap", .notAllowed, "is “\(overlap.rawValue)”, and exclusive is \(isExclusive)",
            hint: "Give skip for a job with exclusive true, allow for one with exclusive false, or leave it out.")
    }

    private static func readOwner(_ reader: inout DocumentReader) -> String? {
        guard let owner = reader.string("owner", bytesMax: 128) else { return nil }
        if let fault = JobName.fault(in: owner) { reader.report("owner", .invalid, fault, hint: JobName.hint) }
        return owner
    }

    private static func readTarget(_ reader: inout DocumentReader, _ rules: TargetRules) -> InvocationTarget? {
        let kinds = InvocationTarget.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        let given = reader.requiredString("invocation_type", bytesMax: 64, hint: "Give one of: \(kinds).")
        let kind = given.flatMap(InvocationTarget.Kind.init)
        if let given, kind == nil {
            reader.report("invocation_type", .notAllowed, "is “\(given)”", hint: "Give one of: \(kinds).")
        }
        let address = reader.requiredString(
            "invocation_target", bytesMax: 2_048, hint: TargetRules.hint(kind ?? .http))
        guard let kind, let address else { return nil }
        let target = InvocationTarget(kind: kind, address: address)
        if let fault = rules.fault(in: target) {
            reader.report(fault)
            return nil
        }
        return target
    }

    private static func readSchedule(_ reader: inout DocumentReader) -> ScheduleKey? {
        let expression = reader.requiredString(
            "schedule", bytesMax: 256, hint: "Give rate(5 minutes), cron(0 8 * * ? *) or at(2026-01-31T08:00:00).")
        let timeZone = reader.string("time_zone", bytesMax: 64) ?? "UTC"
        var dst = DSTPolicy.default
        if let text = reader.string("dst", bytesMax: 64) {
            if let policy = DSTPolicy(text) {
                dst = policy
            } else {
                reader.report(
                    "dst", .notAllowed, "is “\(text)”", hint: "Give skip or shift, first or both, such as “shift,both”."
                )
            }
        }
        guard let expression else { return nil }
        let key = ScheduleKey(expression, timeZone: timeZone, dst: dst)
        do {
            _ = try key.parsed()
            return key
        } catch {
            let field =
                switch error.part {
                case .expression: "schedule"
                case .timeZone: "time_zone"
                case .dst: "dst"
                }
            reader.report(field, .invalid, error.message, hint: error.hint)
            return nil
        }
    }

    private static func readRetry(_ reader: inout DocumentReader) -> RetryPolicy {
        var policy = RetryPolicy()
        guard let fields = reader.object("retry") else { return policy }
        var inner = DocumentReader(fields, path: "/retry")
        if let attempts = inner.integer("max_attempts", in: 1...attemptsMax) { policy.maxAttempts = Int(attempts) }
        if let waits = inner.array("backoff_seconds", itemsMax: Int(attemptsMax)) {
            let seconds = waits.compactMap { value -> Int64? in
                guard let seconds = value.wholeNumber, (1...Limits.retryWaitSecondsMax).contains(seconds) else {
                    return nil
                }
                return seconds
            }
            if seconds.count == waits.count, !seconds.isEmpty {
                policy.backoffSeconds = seconds
            } else {
                inner.report(
                    "backoff_seconds", .outOfRange, "is empty, or has an item that is out of range",
                    hint: "Give whole numbers from 1 to \(Limits.retryWaitSecondsMax).")
            }
        }
        inner.refuseUnknownFields()
        reader.adopt(inner)
        return policy
    }

    private static func readHeaders(
        _ reader: inout DocumentReader, _ kind: InvocationTarget.Kind
    ) -> [String: String] {
        guard let fields = reader.object("headers") else { return [:] }
        var inner = DocumentReader(fields, path: "/headers")
        var headers: [String: String] = [:]
        if fields.count > headersMax {
            reader.report("headers", .tooLong, "has \(fields.count) entries", hint: "Give at most \(headersMax).")
        }
        for name in fields.keys.sorted() {
            guard let value = inner.string(name, bytesMax: headerBytesMax) else { continue }
            if let fault = HeaderRule.fault(name: name, value: value, to: kind) {
                inner.report(name, .notAllowed, fault, hint: "Remove it, or correct its name or its value.")
            } else if headers.keys.contains(where: { $0.lowercased() == name.lowercased() }) {
                inner.report(name, .notAllowed, "is given twice", hint: "Give it once, in upper or lower case.")
            } else {
                headers[name] = value
            }
        }
        reader.adopt(inner)
        return headers
    }

    private static func readTags(_ reader: inout DocumentReader) -> [String] {
        guard let values = reader.array("tags", itemsMax: tagsMax) else { return [] }
        let tags = values.compactMap { value -> String? in
            guard case .string(let tag) = value, isTag(tag) else { return nil }
            return tag
        }
        if tags.count != values.count {
            reader.report(
                "tags", .invalid, "has an item that can't be a tag",
                hint: "Give strings of 1 to \(tagBytesMax) bytes.")
        }
        return tags
    }

    /// Whether a job may have this tag: texts that are kept have no U+0000.
    public static func isTag(_ text: String) -> Bool {
        (1...tagBytesMax).contains(text.utf8.count) && !text.utf8.contains(0)
    }
}
