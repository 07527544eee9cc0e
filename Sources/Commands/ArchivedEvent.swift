import JSON
public import JobCore
public import Messaging

/// What a replay needs to know of an event in the archive. Anybody with the permission may have published it.
public struct ArchivedEvent: Sendable, Equatable {
    /// Such as `execution.finished`.
    public let type: String
    /// When what the event tells of has happened: `occurred_at`, or the message's timestamp in whole seconds, or nil.
    public let occurredAt: Instant?
    /// The fields of the execution, or of the job, that a filter may name.
    let fields: [EventFilter.Key: String]

    /// A message that is no event, with the reason.
    public struct Unreadable: Error, Sendable, Equatable {
        public let reason: String
    }

    /// Reads an event. Throws ``Unreadable`` for a body that is too large, no JSON, or without a type.
    public init(_ message: InboundMessage) throws(Unreadable) {
        guard message.unreadBodyBytes == 0 else {
            throw Unreadable(reason: "the body has \(message.unreadBodyBytes) bytes, which is too large")
        }
        let body: Body
        do throws(JSONError) {
            body = try JSONDecoding.decode(
                Body.self, from: message.body, limits: JSONLimits(bytesMax: MessageLimits.readBodyBytesMax))
        } catch {
            throw Unreadable(reason: ForeignText.cleaned("no event: \(error)", bytesMax: 200))
        }
        type = body.type
        let seconds = message.properties["timestamp"].flatMap { Int64($0) }
        let published = seconds.flatMap { seconds in
            Self.recordableSeconds.contains(seconds) ? Instant(secondsSinceEpoch: seconds) : nil
        }
        occurredAt = body.occurredAt.flatMap { Instant(rfc3339: $0) } ?? published
        let subject = body.execution ?? body.job
        let named: [EventFilter.Key: String?] = [
            .type: body.type, .service: subject?.service, .job: subject?.job, .status: subject?.status,
            .reason: subject?.reason, .trigger: subject?.trigger,
        ]
        fields = named.compactMapValues { $0 }
    }

    private static let recordableSeconds = 0...Instant.recordable.upperBound.secondsSinceEpoch

    private struct Body: Decodable {
        let type: String
        let occurredAt: String?
        let execution: Subject?
        let job: Subject?

        private enum CodingKeys: String, CodingKey {
            case type, execution, job
            case occurredAt = "occurred_at"
        }

        /// Only an event of another form lacks these; it still has a type.
        init(from decoder: any Decoder) throws {
            let body = try decoder.container(keyedBy: CodingKeys.self)
            type = try body.decode(String.self, forKey: .type)
            occurredAt = try? body.decode(String.self, forKey: .occurredAt)
            execution = try? body.decode(Subject.self, forKey: .execution)
            job = try? body.decode(Subject.self, forKey: .job)
        }
    }

    private struct Subject: Decodable {
        let service: String?
        let job: String?
        let status: String?
        let reason: String?
        let trigger: String?

        private enum CodingKeys: String, CodingKey {
            case status, reason, trigger
            case service = "service_name"
            case job = "job_name"
        }
    }
}
