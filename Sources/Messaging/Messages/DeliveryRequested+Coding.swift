import JobCore

/// The JSON is one flat object, without the fields that have their default value: every delivery is written once and
/// read once, and JSON coders are slow at nested objects.
extension DeliveryRequested {
    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case jobName = "job"
        case occurrence = "occurrence_ms"
        case attempt
        case targetKind = "invocation_type"
        case targetAddress = "invocation_target"
        case headers, payload, schedule
        case ttlSeconds = "ttl_seconds"
        case heartbeatIntervalSeconds = "heartbeat_interval_seconds"
        case timeoutSeconds = "timeout_seconds"
        case maxAttempts = "max_attempts"
        case backoffSeconds = "backoff_seconds"
        case deadline = "deadline_ms"
        case requestedAt = "requested_at_ms"
        case lastSuccess = "last_success"
        case isExclusive = "exclusive"
        case retryOf = "retry_of"
        case trigger
        case isBulk = "bulk"
        case isTest = "test"
        case secrets
        case isDerivedSecretValid = "derived_secret"
    }

    public init(from decoder: any Decoder) throws {
        let body = try decoder.container(keyedBy: CodingKeys.self)
        let standard = RetryPolicy()
        self.init(
            executionID: try body.decode(ExecutionID.self, forKey: .executionID),
            jobName: try body.decode(JobName.self, forKey: .jobName),
            occurrence: try body.decode(Instant.self, forKey: .occurrence),
            attempt: Int(try body.decode(in: 1...1_000, forKey: .attempt)),
            target: InvocationTarget(
                kind: try body.decode(InvocationTarget.Kind.self, forKey: .targetKind),
                address: try body.decode(String.self, forKey: .targetAddress)),
            headers: try body.decodeIfPresent([String: String].self, forKey: .headers) ?? [:],
            payload: try body.decodeIfPresent(String.self, forKey: .payload),
            schedule: try body.decode(String.self, forKey: .schedule),
            ttlSeconds: try body.decode(in: 1...Limits.ttlSecondsMax, forKey: .ttlSeconds),
            heartbeatIntervalSeconds: try body.decode(in: 0...86_400, forKey: .heartbeatIntervalSeconds),
            timeoutSeconds: try body.decode(in: 1...3_600, forKey: .timeoutSeconds),
            retry: RetryPolicy(
                maxAttempts: Int(
                    try body.decodeIfPresent(in: 1...Int64(RetryPolicy.attemptsMax), forKey: .maxAttempts)
                        ?? Int64(standard.maxAttempts)),
                backoffSeconds: try Self.backoffSeconds(of: body) ?? standard.backoffSeconds),
            deadline: try body.decode(Instant.self, forKey: .deadline),
            lastSuccess: try body.decodeIfPresent(LastSuccess.self, forKey: .lastSuccess),
            isExclusive: try body.decodeIfPresent(Bool.self, forKey: .isExclusive) ?? false,
            retryOf: try body.decodeIfPresent(ExecutionID.self, forKey: .retryOf),
            trigger: try body.decodeIfPresent(Trigger.self, forKey: .trigger))
        requestedAt = try body.decodeIfPresent(Instant.self, forKey: .requestedAt)
        isBulk = try body.decodeIfPresent(Bool.self, forKey: .isBulk) ?? false
        isTest = try body.decodeIfPresent(Bool.self, forKey: .isTest) ?? false
        secrets = try Self.secrets(of: body)
    }

    /// Throws for secrets that are too many or too long.
    private static func secrets(of body: KeyedDecodingContainer<CodingKeys>) throws -> ServiceSecrets {
        guard let sealed = try body.decodeIfPresent([String].self, forKey: .secrets), !sealed.isEmpty else {
            return .derived
        }
        guard sealed.count <= ServiceSecrets.sealedMax,
            sealed.allSatisfy({ $0.utf8.count <= ServiceSecrets.sealedBytesMax })
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .secrets, in: body,
                debugDescription: "more than \(ServiceSecrets.sealedMax) secrets, or one that has more than "
                    + "\(ServiceSecrets.sealedBytesMax) bytes")
        }
        return ServiceSecrets(
            sealed: sealed,
            isDerivedValid: try body.decodeIfPresent(Bool.self, forKey: .isDerivedSecretValid) ?? false)
    }

    /// Throws for a wait that is out of range: its sums and products must not overflow.
    private static func backoffSeconds(of body: KeyedDecodingContainer<CodingKeys>) throws -> [Int64]? {
        guard let waits = try body.decodeIfPresent([Int64].self, forKey: .backoffSeconds) else { return nil }
        guard waits.count <= RetryPolicy.attemptsMax, waits.allSatisfy((0...Limits.retryWaitSecondsMax).contains) else {
            throw DecodingError.dataCorruptedError(
                forKey: .backoffSeconds, in: body,
                debugDescription: "more than \(RetryPolicy.attemptsMax) waits, or one that is not from 0 to "
                    + "\(Limits.retryWaitSecondsMax)")
        }
        return waits
    }

    public func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: CodingKeys.self)
        let standard = RetryPolicy()
        try body.encode(executionID, forKey: .executionID)
        try body.encode(jobName, forKey: .jobName)
        try body.encode(occurrence, forKey: .occurrence)
        try body.encode(attempt, forKey: .attempt)
        try body.encode(target.kind, forKey: .targetKind)
        try body.encode(target.address, forKey: .targetAddress)
        if !headers.isEmpty { try body.encode(headers, forKey: .headers) }
        try body.encodeIfPresent(payload, forKey: .payload)
        try body.encode(schedule, forKey: .schedule)
        try body.encode(ttlSeconds, forKey: .ttlSeconds)
        try body.encode(heartbeatIntervalSeconds, forKey: .heartbeatIntervalSeconds)
        try body.encode(timeoutSeconds, forKey: .timeoutSeconds)
        if retry.maxAttempts != standard.maxAttempts { try body.encode(retry.maxAttempts, forKey: .maxAttempts) }
        if retry.backoffSeconds != standard.backoffSeconds {
            try body.encode(retry.backoffSeconds, forKey: .backoffSeconds)
        }
        try body.encode(deadline, forKey: .deadline)
        try body.encodeIfPresent(requestedAt, forKey: .requestedAt)
        try body.encodeIfPresent(lastSuccess, forKey: .lastSuccess)
        if isExclusive { try body.encode(true, forKey: .isExclusive) }
        try body.encodeIfPresent(retryOf, forKey: .retryOf)
        try body.encodeIfPresent(trigger, forKey: .trigger)
        if isBulk { try body.encode(true, forKey: .isBulk) }
        if isTest { try body.encode(true, forKey: .isTest) }
        guard !secrets.sealed.isEmpty else { return }
        try body.encode(secrets.sealed, forKey: .secrets)
        if secrets.isDerivedValid { try body.encode(true, forKey: .isDerivedSecretValid) }
    }
}
