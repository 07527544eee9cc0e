import Crypto
import FoundationEssentials

/// A secret with which webhooks are signed and with which their service verifies them.
public struct WebhookSecret: Sendable, Equatable {
    private static let prefix = "whsec_"

    let key: SymmetricKey

    init(key: SymmetricKey) {
        self.key = key
    }

    /// Creates a secret of 32 random bytes.
    public static func random() -> WebhookSecret {
        WebhookSecret(key: SymmetricKey(size: .bits256))
    }

    /// Reads `whsec_<base64>`, the form in which services are given secrets; nil for a text of another form.
    public init?(_ text: String) {
        guard text.hasPrefix(Self.prefix), let data = Data(base64Encoded: String(text.dropFirst(Self.prefix.count)))
        else { return nil }
        key = SymmetricKey(data: data)
    }

    /// The text that `init` reads.
    public var text: String { Self.prefix + key.withUnsafeBytes { Data($0).base64EncodedString() } }

    /// The secrets of a service that was given none of its own: one for each signing key, the current one first.
    ///
    /// They are derived (HKDF-SHA256, RFC 5869) for each service. So no service can sign for another one or forge a
    /// callback token.
    public static func derived(service: String, keys: SigningKeys) -> [WebhookSecret] {
        keys.keys.map { key in
            WebhookSecret(
                key: HKDF<SHA256>.deriveKey(
                    inputKeyMaterial: key.secret, info: Data("belfry webhook v1 \(service)".utf8),
                    outputByteCount: 32))
        }
    }
}
