/// Any message that may move an execution.
public enum Report: Sendable, Equatable {
    /// The service took the invocation.
    case accepted(Attempt)
    /// An attempt failed and another one follows; or, without one, the target was busy and the delivery waits.
    case deferred(Attempt?, nextAttemptAt: Instant)
    /// The service could not be invoked, and no attempt follows.
    case refused(Attempt)
    /// The service told us something; `receivedAt` is when the door had it.
    case callback(Callback, receivedAt: Instant)
    /// A deadline has passed.
    case expired(Expiry, noticedAt: Instant)
    /// A person or a program ended the run.
    case cancelled(at: Instant)
}

/// What the service tells us.
public enum Callback: Sendable, Equatable {
    /// Still at it: `progress` 0 to 100; `extendSeconds` moves the ttl's deadline to now + n.
    case processing(progress: Int?, extendSeconds: Int64?)
    case success(Outcome)
    case fail(Outcome)
}

/// Which deadline has passed.
public enum Expiry: String, Sendable, Codable, CaseIterable { case heartbeat, ttl }

/// Tells a report from others about the same execution, so that one seen twice is known again.
///
/// A 64 bit hash of the message's id: only reports about one execution are ever compared.
public struct ReportID: Sendable, Hashable {
    public var rawValue: Int64

    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// FNV-1a (draft-eastlake-fnv): stable across processes and releases, which `Hasher` is not.
    public init(messageID: String) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in messageID.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        self.init(rawValue: Int64(bitPattern: hash))
    }
}
