public import JobCore

/// One attempt to invoke a service, the same for all types of targets.
public struct Invocation: Sendable, Equatable {
    public var target: InvocationTarget
    public var jobName: JobName
    public var executionID: ExecutionID
    /// The instant of the attempt.
    public var begunAt: Instant
    /// The callback token, which also ends the `callback_url` in the body.
    public var token: String
    /// The headers of Standard Webhooks, `traceparent`, and the job's own.
    public var headers: [String: String]
    /// JSON. The signature in the headers is over these bytes.
    public var body: [UInt8]
    public var timeoutMilliseconds: Int64
    /// How long the run lasts if the service accepts it now.
    public var ttlSeconds: Int64
    /// The values of the job's own headers, such as the target's credentials. Should the service echo them, they must
    /// not go on record.
    public var hidden: [String]
}
