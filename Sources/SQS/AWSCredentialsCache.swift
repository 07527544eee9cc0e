import JobCore

/// Keeps the credentials and renews them before they end. However many requests wait for them, they are fetched once.
actor AWSCredentialsCache {
    private typealias Fetched = Result<AWSCredentials, AWSCredentialsError>

    private static let renewedAheadSeconds: Int64 = 300
    /// While the credentials in hand are still valid, a failed or useless renewal is not repeated before this.
    private static let renewalGapMilliseconds: Int64 = 10_000

    private let find: @Sendable () async throws(AWSCredentialsError) -> AWSCredentials
    private let time: any TimeSource
    private var current: AWSCredentials?
    private var renewal: Task<Fetched, Never>?
    private var renewedAt: Int64?

    /// `find` looks for credentials.
    init(time: any TimeSource, find: @escaping @Sendable () async throws(AWSCredentialsError) -> AWSCredentials) {
        self.time = time
        self.find = find
    }

    /// Credentials that are valid now, as far as is known.
    func credentials() async throws(AWSCredentialsError) -> AWSCredentials {
        guard let current else { return try await renewed() }
        guard let expiresAt = current.expiresAt else { return current }
        let now = time.now()
        if now.adding(seconds: Self.renewedAheadSeconds) < expiresAt { return current }
        guard now < expiresAt else { return try await renewed() }
        if let renewedAt, time.monotonicMilliseconds() - renewedAt < Self.renewalGapMilliseconds { return current }
        do throws(AWSCredentialsError) {
            return try await renewed()
        } catch {
            return current
        }
    }

    /// Looks again after AWS has refused `used`, unless that has been done already.
    func credentials(insteadOf used: AWSCredentials) async throws(AWSCredentialsError) -> AWSCredentials {
        if let current, current != used { return current }
        return try await renewed()
    }

    private func renewed() async throws(AWSCredentialsError) -> AWSCredentials {
        if let renewal { return try await renewal.value.get() }
        // The task of one request may be cancelled; the others still need what it began.
        let task = Task<Fetched, Never> { [find] in
            do throws(AWSCredentialsError) {
                return .success(try await find())
            } catch {
                return .failure(error)
            }
        }
        renewal = task
        let fetched = await task.value
        renewal = nil
        renewedAt = time.monotonicMilliseconds()
        if case .success(let credentials) = fetched { current = credentials }
        return try fetched.get()
    }
}
