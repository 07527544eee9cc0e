import HTTPTypes

/// The fields `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers) about one share of a key. Its
/// unit is the number of requests that are at work at a time, so it has no window.
struct RateLimit: Sendable {
    let kind: KeyShare.Kind
    let remaining: Int

    init(_ kind: KeyShare.Kind, remaining: Int) {
        self.kind = kind
        self.remaining = remaining
    }

    /// Adds an item to both fields, which are lists.
    func add(to fields: inout HTTPFields) {
        for (name, parameters) in [
            ("RateLimit-Policy", "q=\(kind.limit);qu=\"concurrent-requests\""), ("RateLimit", "r=\(remaining)"),
        ] {
            // HTTP allows these names, so they are never nil.
            guard let name = HTTPField.Name(name) else { continue }
            fields.append(HTTPField(name: name, value: "\"\(kind.rawValue)\";\(parameters)"))
        }
    }
}
