/// Which deadline has passed.
public enum Expiry: String, Sendable, Codable, CaseIterable { case heartbeat, ttl }
