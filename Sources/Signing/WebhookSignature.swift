import Crypto
import FoundationEssentials
public import JobCore

/// Signs webhooks according to Standard Webhooks 1.0.0, so that a service can verify that Belfry sent them.
///
/// ```swift
/// let signature = try WebhookSignature(service: "billing", secrets: .derived, keys: keys)
/// let header = signature.header(id: webhookID, timestampSeconds: now, body: body)  // "v1,g0hM9SsE+OTPJTGt…"
/// ```
public struct WebhookSignature: Sendable {
    private let secrets: [WebhookSecret]

    /// Signs with these secrets.
    public init(secrets: [WebhookSecret]) {
        self.secrets = secrets
    }

    /// Signs with all valid secrets of a service, the newest first, so that a service may still verify with an old one.
    /// Of derived secrets there is one for each signing key.
    ///
    /// Throws if one of them can't be opened: without it, the service might not be able to verify the webhook.
    public init(
        service: String, secrets: ServiceSecrets, keys: SigningKeys
    ) throws(SealedSecretError) {
        var all: [WebhookSecret] = []
        for text in secrets.sealed {
            all.append(try SealedSecret(parsing: text).opened(service: service, keys: keys))
        }
        if secrets.isDerivedValid || all.isEmpty { all += WebhookSecret.derived(service: service, keys: keys) }
        self.secrets = all
    }

    /// Returns the value of the header `webhook-signature`: for each secret `v1,` and the base64 of the HMAC-SHA256
    /// over `id.timestamp.body`, separated by spaces.
    public func header(id: String, timestampSeconds: Int64, body: [UInt8]) -> String {
        let prefix = Data("\(id).\(timestampSeconds).".utf8)
        return secrets.map { secret in
            var mac = HMAC<SHA256>(key: secret.key)
            mac.update(data: prefix)
            mac.update(data: body)
            return "v1," + Data(mac.finalize()).base64EncodedString()
        }.joined(separator: " ")
    }
}
