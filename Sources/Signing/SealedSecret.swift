import Crypto
import FoundationEssentials
import JobCore

/// A service's secret, encrypted so that only the holder of a signing key can read it. So it may lie in the store and
/// travel in messages.
///
/// ```swift
/// let sealed = SealedSecret(sealing: .random(), service: "billing", keys: keys)
/// let secret = try SealedSecret(parsing: sealed.text).opened(service: "billing", keys: keys)
/// ```
///
/// The format is `s1.<kid>.<box>`, the box in base64url without padding: a nonce (12 bytes), the encrypted secret (32)
/// and a tag (16), by AES-256-GCM. Its key is derived from the signing key that `kid` names (HKDF-SHA256). The name of
/// the service is authenticated, so a sealed secret is of no use for another service.
public struct SealedSecret: Sendable, Hashable {
    private static let version = "s1"
    private static let boxBytes = 12 + 32 + 16

    /// The `kid` of the signing key that opens it.
    public let keyID: String
    private let box: Data

    /// Seals a secret with the current signing key.
    public init(sealing secret: WebhookSecret, service: String, keys: SigningKeys) {
        keyID = keys.current.id
        do {
            let sealed = try AES.GCM.seal(
                secret.key.withUnsafeBytes { Data($0) }, using: Self.key(from: keys.current),
                authenticating: Data(service.utf8))
            guard let combined = sealed.combined else { preconditionFailure("a random nonce has 12 bytes") }
            box = combined
        } catch {
            preconditionFailure("a key of 256 bits seals any text: \(error)")
        }
    }

    /// Reads the text of a sealed secret. Throws `malformed` if it is none.
    public init(parsing text: String) throws(SealedSecretError) {
        guard text.utf8.count <= ServiceSecrets.sealedBytesMax else { throw .malformed }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual(Self.version.utf8), SigningKeys.isKeyID(Substring(parts[1])),
            let box = Base64URL.decode(parts[2]), box.count == Self.boxBytes
        else { throw .malformed }
        keyID = String(Substring(parts[1]))
        self.box = Data(box)
    }

    /// The text that `init(parsing:)` reads.
    public var text: String { "\(Self.version).\(keyID).\(Base64URL.encode(box))" }

    /// Returns the secret. Throws `missingKey` without its signing key, and `forged` if that key did not seal it, or
    /// sealed it for another service.
    public func opened(service: String, keys: SigningKeys) throws(SealedSecretError) -> WebhookSecret {
        guard let key = keys.key(keyID) else { throw .missingKey(keyID) }
        do {
            let secret = try AES.GCM.open(
                AES.GCM.SealedBox(combined: box), using: Self.key(from: key), authenticating: Data(service.utf8))
            return WebhookSecret(key: SymmetricKey(data: secret))
        } catch {
            throw .forged(keyID)
        }
    }

    private static func key(from signingKey: SigningKeys.Key) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: signingKey.secret, info: Data("belfry secret v1".utf8), outputByteCount: 32)
    }
}
