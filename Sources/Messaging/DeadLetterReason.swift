/// Why a message became a dead letter.
public enum DeadLetterReason: String, Sendable, CaseIterable {
    /// It cannot be read: it is not JSON, lacks a field or is too long.
    case unreadable
    /// It can be read, but handling it fails each time.
    case failing
    /// It is about an execution that is not on record.
    case unknownExecution = "unknown_execution"
    /// Its token is not signed by a known key, or has expired; or it was published with a routing key that does not
    /// lead to the queue.
    case forbidden
    /// It is a delivery, and its target refused it for good: all attempts have failed, or no other could succeed. The
    /// execution has failed. The fault is mostly the target's.
    case refused
}
