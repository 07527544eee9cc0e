import JobCore
import Signing

/// The decision about a callback whose token and body are valid. Pure.
enum CallbackVerdict: Sendable, Equatable {
    /// The recorder is given the callback.
    case take
    /// The execution is over, or no longer on record (nil).
    case over(ExecutionStatus?)
    /// The token has expired, and its execution is no longer open.
    case expired

    /// Decides by the status of the token's execution, nil if it is not on record. A token is valid for as long as its
    /// execution is open, however often callbacks extend it.
    static func decide(_ token: CallbackToken, status: ExecutionStatus?, now: Instant) -> CallbackVerdict {
        if let status, !status.isFinal { return .take }
        return now < token.expiresAt ? .over(status) : .expired
    }
}
