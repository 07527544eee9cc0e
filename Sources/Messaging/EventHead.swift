import JobCore

/// The fields that every event begins with.
struct EventHead: Encodable {
    /// The name of the events' form. A field may be added to it; any other change gets another name.
    private static let schema = "belfry.event/1"

    let event: any EventMessage

    private enum CodingKeys: String, CodingKey {
        case schema, id, type
        case occurredAt = "occurred_at"
    }

    func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: CodingKeys.self)
        try body.encode(Self.schema, forKey: .schema)
        try body.encode(event.messageID, forKey: .id)
        try body.encode(event.type, forKey: .type)
        try body.encode(event.occurredAt.rfc3339, forKey: .occurredAt)
    }
}
