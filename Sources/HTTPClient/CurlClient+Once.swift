extension CurlClient {
    /// Sends one request over a connection of its own, for callers that send few. It asks no guard of addresses, so the
    /// URL must be an operator's. `secondsSinceEpoch` is the clock.
    public static func once(
        _ request: ClientRequest, userAgent: String, secondsSinceEpoch: @escaping @Sendable () -> Int64
    ) async -> ClientOutcome {
        let client = CurlClient(
            name: "http", addressGuard: nil, maxConnectionsPerHost: 1, userAgent: userAgent,
            secondsSinceEpoch: secondsSinceEpoch)
        async let loop: Void = client.run()
        let outcome = await client.send(request)
        await client.stop()
        await loop
        return outcome
    }
}
