public import JobCore
public import Store

/// The secrets of `DispatchStore`.
extension PostgresStore {
    public func validSecrets(
        of services: Set<String>, at instant: Instant
    ) async throws(StoreError) -> [String: ServiceSecrets] {
        guard !services.isEmpty else { return [:] }
        return try await read { try SecretRow.valid(of: services, at: instant, in: $0) }
    }
}
