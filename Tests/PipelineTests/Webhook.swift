import JobCore

/// The fields of a webhook that a service reads.
struct Webhook: Decodable {
    var callbackURL: String
    var executionID: ExecutionID
    var heartbeatIntervalSeconds: Int64
    var ttlSeconds: Int64

    private enum CodingKeys: String, CodingKey {
        case callbackURL = "callback_url"
        case executionID = "execution_id"
        case heartbeatIntervalSeconds = "heartbeat_interval_seconds"
        case ttlSeconds = "ttl_seconds"
    }
}
