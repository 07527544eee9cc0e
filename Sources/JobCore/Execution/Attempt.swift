/// One try of a delivery.
public struct Attempt: Sendable, Hashable, Codable {
    /// From 1.
    public var number: Int
    /// When the attempt began.
    public var at: Instant
    /// The answer's HTTP status; nil when there was no answer.
    public var statusCode: Int?
    public var latencyMilliseconds: Int64
    /// Why the attempt failed: a category, and the first 1 KiB of the answer. Nil after success.
    public var error: String?

    public init(number: Int, at: Instant, statusCode: Int?, latencyMilliseconds: Int64, error: String? = nil) {
        self.number = number
        self.at = at
        self.statusCode = statusCode
        self.latencyMilliseconds = latencyMilliseconds
        self.error = error
    }

    /// When the answer came, or the wait for it ended.
    public var answeredAt: Instant { at.adding(milliseconds: latencyMilliseconds) }

    private enum CodingKeys: String, CodingKey {
        case number
        case at = "at_ms"
        case statusCode = "status_code"
        case latencyMilliseconds = "latency_ms"
        case error
    }

    public init(from decoder: any Decoder) throws {
        let body = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            number: Int(try body.decode(in: 1...1_000, forKey: .number)),
            at: try body.decode(Instant.self, forKey: .at),
            statusCode: try body.decodeIfPresent(Int.self, forKey: .statusCode),
            latencyMilliseconds: try body.decode(in: 0...86_400_000, forKey: .latencyMilliseconds),
            error: try body.decodeIfPresent(String.self, forKey: .error))
    }
}
