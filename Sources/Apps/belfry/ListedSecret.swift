import JSON
import JobCore
import Signing
import Store

/// A valid secret of a service as a person sees it.
struct ListedSecret {
    var service: String
    /// Nil for a derived secret.
    var sealed: String?
    /// The place of a derived secret among those of the signing keys.
    var keyIndex = 0
    /// Nil for a derived secret.
    var createdAt: Instant?
    /// Nil for the current secret.
    var expiresAt: Instant?

    init(_ stored: StoredSecret) {
        service = stored.service
        sealed = stored.sealed
        createdAt = stored.sealed == nil ? nil : stored.createdAt
        expiresAt = stored.expiresAt
    }

    /// A derived secret, of the signing key at this place.
    init(derivedOf service: String, keyIndex: Int, expiresAt: Instant?) {
        self.service = service
        self.keyIndex = keyIndex
        self.expiresAt = expiresAt
    }

    /// The `kid` with which it is sealed; nil for a derived secret, and for a text that is none.
    private var keyID: String? { sealed.flatMap { try? SealedSecret(parsing: $0) }?.keyID }

    var keyCell: String { sealed == nil ? "(derived)" : keyID ?? "(malformed)" }
    var createdCell: String { createdAt?.rfc3339 ?? "-" }
    var untilCell: String { expiresAt?.rfc3339 ?? "current" }

    var fields: [String: JSONValue] {
        [
            "kid": keyID.map(JSONValue.string) ?? .null, "derived": .bool(sealed == nil),
            "created_at": createdAt.map { .string($0.rfc3339) } ?? .null,
            "expires_at": expiresAt.map { .string($0.rfc3339) } ?? .null,
        ]
    }
}
