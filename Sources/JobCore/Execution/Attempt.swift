/// One try of a delivery.
public struct Attempt: Sendable, Hashable, Codable {
    /// What of the installation kept an attempt from its target, so that nothing was learnt about the target.
    public enum Obstacle: String, Sendable, Codable {
        /// The service broker is unavailable.
        case serviceBroker = "service_broker"
        /// SQS is unavailable, or throttles.
        case sqs
        /// There are no AWS credentials, or AWS does not accept them.
        case awsCredentials = "aws_credentials"
        /// A secret of the service can't be opened.
        case serviceSecret = "service_secret"
    }

    /// From 1.
    public var number: Int
    /// When the attempt began.
    public var at: Instant
    /// The answer's HTTP status; nil when there was no answer.
    public var statusCode: Int?
    public var latencyMilliseconds: Int64
    /// Why the attempt failed: a category, and the first 1 KiB of the answer. Nil after success.
    public var error: String?
    /// Nil unless the attempt failed because of the installation.
    public var obstacle: Obstacle?

    public init(
        number: Int, at: Instant, statusCode: Int?, latencyMilliseconds: Int64, error: String? = nil,
        obstacle: Obstacle? = nil
    ) {
        self.number = number
        self.at = at
        self.statusCode = statusCode
        self.latencyMilliseconds = latencyMilliseconds
        self.error = error
        self.obstacle = obstacle
    }

    /// When the answer came, or the wait for it ended.
    public var answeredAt: Instant { at.adding(milliseconds: latencyMilliseconds) }

    private enum CodingKeys: String, CodingKey {
        case number
        case at = "at_ms"
        case statusCode = "status_code"
        case latencyMilliseconds = "latency_ms"
        case error, obstacle
    }

    public init(from decoder: any Decoder) throws {
        let body = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            number: Int(try body.decode(in: 1...1_000, forKey: .number)),
            at: try body.decode(Instant.self, forKey: .at),
            statusCode: try body.decodeIfPresent(Int.self, forKey: .statusCode),
            latencyMilliseconds: try body.decode(in: 0...86_400_000, forKey: .latencyMilliseconds),
            error: try body.decodeIfPresent(String.self, forKey: .error),
            // One that only a newer program knows must not make the attempt unreadable.
            obstacle: try body.decodeIfPresent(String.self, forKey: .obstacle).flatMap(Obstacle.init))
    }
}
