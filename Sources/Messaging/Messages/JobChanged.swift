public import JobCore

/// `job.changed`: an event for subscribers. A job was put or deleted.
public struct JobChanged: EventMessage, Equatable {
    public let jobName: JobName
    public let occurredAt: Instant
    /// The job's public fields, without the values of the query of its URL, which may be secrets. Nil when it was
    /// deleted.
    public let fields: JobFields?

    /// A job was put.
    public init(put fields: JobFields) {
        jobName = fields.job.name
        occurredAt = fields.updatedAt
        var fields = fields
        fields.job.target = fields.job.target.withMaskedQuery
        self.fields = fields
    }

    /// A job was deleted.
    public init(deleted name: JobName, at instant: Instant) {
        jobName = name
        occurredAt = instant
        fields = nil
    }

    public var type: String { RoutingKey.jobChanged }
    public var messageID: String? {
        MessageID.jobChanged(jobName.id, isDeleted: fields == nil, at: occurredAt)
    }
    public var body: [UInt8] { MessageCoder.encoded(Content(event: self)) }

    private struct Content: Encodable {
        let event: JobChanged

        private enum CodingKeys: String, CodingKey { case job }

        func encode(to encoder: any Encoder) throws {
            try EventHead(event: event).encode(to: encoder)
            var body = encoder.container(keyedBy: CodingKeys.self)
            try body.encode(ChangedJob(event: event), forKey: .job)
        }
    }

    private struct ChangedJob: Encodable {
        let event: JobChanged

        private enum CodingKeys: String, CodingKey {
            case serviceName = "service_name"
            case jobName = "job_name"
            case jobGUID = "job_guid"
            case deleted
        }

        func encode(to encoder: any Encoder) throws {
            try event.fields?.encode(to: encoder)
            var body = encoder.container(keyedBy: CodingKeys.self)
            try body.encode(event.fields == nil, forKey: .deleted)
            guard event.fields == nil else { return }
            try body.encode(event.jobName.service, forKey: .serviceName)
            try body.encode(event.jobName.job, forKey: .jobName)
            try body.encode(event.jobName.id, forKey: .jobGUID)
        }
    }
}
