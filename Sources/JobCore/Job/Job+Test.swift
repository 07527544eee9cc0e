extension Job {
    /// Seconds that a test delivery waits for the answer of its target: at most this, however patient the job is,
    /// since a person waits for the end of the test.
    public static let testTimeoutSecondsMax: Int64 = 15

    /// Seconds by which the ttl of a test is longer than its timeout: it may spend them in the queues.
    public static let testQueueSeconds: Int64 = 5

    /// This job as its test delivery has it: one attempt, for which nobody waits for long. It is not exclusive, so it
    /// takes no lock and finds none taken. What does not concern the target is left out.
    ///
    /// The numbers are brought into their ranges: they may come from a message.
    public var forTest: Job {
        var job = self
        job.isExclusive = false
        job.retry = RetryPolicy(maxAttempts: 1)
        job.timeoutSeconds = min(max(1, timeoutSeconds), Self.testTimeoutSecondsMax)
        job.ttlSeconds = job.timeoutSeconds + Self.testQueueSeconds
        job.heartbeatIntervalSeconds = heartbeatIntervalSeconds.map { min(max(1, $0), 86_400) }
        job.tags = []
        job.description = nil
        return job
    }
}
