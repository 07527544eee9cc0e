public import JobCore

/// The role of the command line for the secrets with which webhooks are signed. The store holds sealed texts only, and
/// can open none. Each change takes its author, and writes its audit entry in the same transaction.
public protocol SecretStore: Sendable {
    /// The secrets of a service, or of all services if it is nil, sorted by service (by Unicode scalars), the newest
    /// first. Those that have expired are among them until the next rotation. One that can't be read is left out,
    /// logged and counted.
    func secrets(of service: String?) async throws(StoreError) -> [StoredSecret]

    /// Gives a service a new current secret, in one transaction.
    ///
    /// Each older one is valid for `overlapSeconds` from `now`, and no longer than it was before. The first rotation
    /// also records that the derived secret stays valid for this time. Secrets that have expired are removed. Nothing
    /// is changed when the service would have more than `ServiceSecrets.sealedMax` secrets.
    func rotateSecret(
        of service: String, to sealed: String, overlapSeconds: Int64, by author: ChangeAuthor, now: Instant
    ) async throws(StoreError) -> SecretRotation

    /// Replaces the sealed texts of secrets, in one transaction: the same secrets, sealed with another key. One whose
    /// text is not `old` any more is left as it is. Returns how many were replaced.
    func reseal(_ changes: [SecretReseal], by author: ChangeAuthor, now: Instant) async throws(StoreError) -> Int
}
