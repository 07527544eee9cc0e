import Foundation
import Synchronization

/// Points at which a test kills a program, as if by `kill -9`, to prove that nothing is lost there. Each is named for
/// what has just happened. A batch that leads to no message has none, such as a sign of life in a line of reports.
///
/// `BELFRY_CRASH_AT=after-commit:3` kills the process when it reaches that point for the third time. Release builds
/// have no such points.
public enum CrashPoint: String, CaseIterable, Sendable {
    /// The batch's transaction is committed; nothing is published.
    case afterCommit = "after-commit"
    /// Every message is published and confirmed; nothing is acked.
    case afterConfirm = "after-confirm"
    /// The batch is acked.
    case afterAck = "after-ack"
    /// The service answered the webhook; nothing is reported.
    case afterAnswer = "after-answer"
    /// The new baton is published; the old one is not acked.
    case afterBatonPublished = "after-baton-published"

    #if DEBUG
        private static let remaining: Mutex<(point: CrashPoint, left: Int)?> = {
            let parts = (ProcessInfo.processInfo.environment["BELFRY_CRASH_AT"] ?? "").split(separator: ":")
            guard let name = parts.first, let point = CrashPoint(rawValue: String(name)) else { return Mutex(nil) }
            return Mutex((point, parts.count > 1 ? Int(parts[1]) ?? 1 : 1))
        }()
    #endif

    /// Kills the process if a test chose this point.
    public func reach() {
        #if DEBUG
            let isHere = Self.remaining.withLock { remaining in
                guard remaining?.point == self else { return false }
                remaining?.left -= 1
                return remaining?.left == 0
            }
            if isHere { kill(getpid(), SIGKILL) }
        #endif
    }
}
