public import JobCore
public import Store

extension ChangeAuthor {
    /// The author of changes in tests that are not about authors.
    public static let test = ChangeAuthor(name: "test", requestID: "r-1")
}

/// Short forms of calls that many tests make. No program has them, so that none forgets its author.
extension ConsoleStore {
    /// Creates or replaces jobs, whatever is on record.
    public func put(
        _ jobs: [Job], by author: ChangeAuthor = .test, now: @autoclosure @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> [PutJob] {
        let batch = JobBatch(puts: jobs.map { JobBatch.Put($0) })
        guard case .made(let puts, _) = try await change(batch, by: author, now: now()) else { return [] }
        return puts
    }

    /// Deletes a job; false when there is no such job.
    public func deleteJob(
        named name: JobName, by author: ChangeAuthor = .test, now: Instant
    ) async throws(StoreError) -> Bool {
        let batch = JobBatch(deletions: [JobBatch.Deletion(name)])
        guard case .made(_, let deletions) = try await change(batch, by: author, now: now) else { return false }
        return deletions.allSatisfy { $0.deletedAt != nil }
    }

    public func add(_ key: APIKey, secretHash: [UInt8]) async throws(StoreError) -> Bool {
        try await add(key, secretHash: secretHash, by: .test)
    }
}

extension SecretStore {
    public func rotateSecret(
        of service: String, to sealed: String, overlapSeconds: Int64, now: Instant
    ) async throws(StoreError) -> SecretRotation {
        try await rotateSecret(of: service, to: sealed, overlapSeconds: overlapSeconds, by: .test, now: now)
    }
}
