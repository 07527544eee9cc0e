import JobCore
import Settings
import Signing
import Store

/// Opens services' secrets with the signing keys.
struct SecretReader {
    let keys: SigningKeys
    let now: Instant

    /// The signing keys of the environment. Throws `SettingsError`.
    static func signingKeys() throws -> SigningKeys {
        try AllSettings.signingKeys.parsed(SigningKeys.init(parsing:)).value(in: Settings(program: .belfry, flags: [:]))
    }

    /// The secrets that are valid now, the current one first. A service without its own has a derived one for each
    /// signing key.
    func valid(_ stored: [StoredSecret], of service: String) -> [ListedSecret] {
        let valid = stored.filter { $0.isValid(at: now) }
        guard !valid.isEmpty else { return derived(of: service, expiresAt: nil) }
        return valid.flatMap { secret in
            secret.sealed == nil
                ? derived(of: service, expiresAt: secret.expiresAt) : [ListedSecret(secret)]
        }
    }

    private func derived(of service: String, expiresAt: Instant?) -> [ListedSecret] {
        WebhookSecret.derived(service: service, keys: keys).indices.map {
            ListedSecret(derivedOf: service, keyIndex: $0, expiresAt: expiresAt)
        }
    }

    /// The secret itself. Throws `Refused` if it can't be opened.
    func opened(_ secret: ListedSecret, of service: String) throws -> WebhookSecret {
        guard let sealed = secret.sealed else {
            return WebhookSecret.derived(service: service, keys: keys)[secret.keyIndex]
        }
        return try open(sealed, of: service)
    }

    /// The secret sealed with the first signing key; nil if it is already, or needs no seal. Throws `Refused` if it
    /// can't be opened.
    func resealed(_ secret: StoredSecret) throws -> SecretReseal? {
        guard let old = secret.sealed, secret.isValid(at: now),
            (try? SealedSecret(parsing: old))?.keyID != keys.currentID
        else { return nil }
        let opened = try open(old, of: secret.service)
        let new = SealedSecret(sealing: opened, service: secret.service, keys: keys).text
        return SecretReseal(number: secret.number, old: old, new: new)
    }

    private func open(_ sealed: String, of service: String) throws -> WebhookSecret {
        do {
            return try SealedSecret(parsing: sealed).opened(service: service, keys: keys)
        } catch {
            throw Refused("\(service): \(error)")
        }
    }
}
