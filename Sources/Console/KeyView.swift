import JobCore
import Store

/// The JSON of an API key. Its secret is shown once, when it is created.
struct KeyView: Encodable {
    let key: APIKey
    var secret: String?

    private enum CodingKeys: String, CodingKey {
        case name, scope
        case createdAt = "created_at"
        case createdBy = "created_by"
        case lastUsedAt = "last_used_at"
        case secret = "key"
    }

    func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: CodingKeys.self)
        try body.encode(key.name, forKey: .name)
        try body.encode(key.scope.description, forKey: .scope)
        try body.encode(key.createdAt.rfc3339, forKey: .createdAt)
        try body.encode(key.createdBy, forKey: .createdBy)
        try body.encode(key.lastUsedAt?.rfc3339, forKey: .lastUsedAt)
        try body.encodeIfPresent(secret, forKey: .secret)
    }
}
