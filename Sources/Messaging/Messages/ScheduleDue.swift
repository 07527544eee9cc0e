public import JobCore

/// `schedule.due` or `schedule.due.bulk`: this schedule (not job) is due for this occurrence.
public struct ScheduleDue: PipelineMessage, Hashable {
    public var schedule: ScheduleKey
    public var occurrence: Instant
    /// When the ticker found the schedule due.
    public var tickedAt: Instant
    /// The jobs that this message is about.
    public var range: JobRange
    /// Whether these jobs are more than their service's share, so that they must not stand before other services' work.
    public var isBulk: Bool
    /// Whether executions of these jobs may be on record already, and their deliveries lost: a due event that may have
    /// been handled before has led to this one, which is about the rest of its range.
    public var mayHaveBeenHandled = false

    public init(
        schedule: ScheduleKey, occurrence: Instant, tickedAt: Instant, range: JobRange = .all, isBulk: Bool = false
    ) {
        self.schedule = schedule
        self.occurrence = occurrence
        self.tickedAt = tickedAt
        self.range = range
        self.isBulk = isBulk
    }

    public var routingKey: String { isBulk ? RoutingKey.scheduleDueBulk : RoutingKey.scheduleDue }
    public var messageID: String? { MessageID.scheduleDue(schedule, at: occurrence, in: range) }
}

/// The JSON has no field for an end of the range that is open, nor for a flag that is false.
extension ScheduleDue: Codable {
    private enum CodingKeys: String, CodingKey {
        case schedule
        case occurrence = "occurrence_ms"
        case tickedAt = "ticked_at_ms"
        case fromService = "from_service"
        case fromID = "from_id"
        case toService = "to_service"
        case toID = "to_id"
        case isBulk = "bulk"
        case mayHaveBeenHandled = "may_have_been_handled"
    }

    public init(from decoder: any Decoder) throws {
        let body = try decoder.container(keyedBy: CodingKeys.self)
        let range = JobRange(
            from: try Self.key(in: body, .fromService, .fromID), to: try Self.key(in: body, .toService, .toID))
        if let from = range.from, let to = range.to, from > to {
            throw DecodingError.dataCorruptedError(
                forKey: .toService, in: body, debugDescription: "the range ends before it begins")
        }
        self.init(
            schedule: try body.decode(ScheduleKey.self, forKey: .schedule),
            occurrence: try body.decode(Instant.self, forKey: .occurrence),
            tickedAt: try body.decode(Instant.self, forKey: .tickedAt), range: range,
            isBulk: try body.decodeIfPresent(Bool.self, forKey: .isBulk) ?? false)
        mayHaveBeenHandled = try body.decodeIfPresent(Bool.self, forKey: .mayHaveBeenHandled) ?? false
    }

    /// An end of the range; nil when it is open. Throws when one of its two fields is absent, or is no name.
    private static func key(
        in body: KeyedDecodingContainer<CodingKeys>, _ serviceKey: CodingKeys, _ idKey: CodingKeys
    ) throws -> JobRange.Key? {
        guard body.contains(serviceKey) || body.contains(idKey) else { return nil }
        let service = try body.decode(String.self, forKey: serviceKey)
        if let fault = JobName.fault(in: service) {
            throw DecodingError.dataCorruptedError(
                forKey: serviceKey, in: body, debugDescription: "the name of the service \(fault)")
        }
        return JobRange.Key(service: service, id: try body.decode(JobID.self, forKey: idKey))
    }

    public func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: CodingKeys.self)
        try body.encode(schedule, forKey: .schedule)
        try body.encode(occurrence, forKey: .occurrence)
        try body.encode(tickedAt, forKey: .tickedAt)
        if let from = range.from {
            try body.encode(from.service, forKey: .fromService)
            try body.encode(from.id, forKey: .fromID)
        }
        if let to = range.to {
            try body.encode(to.service, forKey: .toService)
            try body.encode(to.id, forKey: .toID)
        }
        if isBulk { try body.encode(true, forKey: .isBulk) }
        if mayHaveBeenHandled { try body.encode(true, forKey: .mayHaveBeenHandled) }
    }
}
