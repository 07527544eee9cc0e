internal import Foundation
internal import Synchronization

/// Places where a test can have a program die as if by `kill -9`, to see that nothing is lost there.
///
/// `BELFRY_CRASH_AT=after-store:3` kills the process when it passes that point for the third time. Builds for
/// release have no such points.
public enum CrashPoint: String, CaseIterable, Sendable {
    /// The batch's transaction is committed, nothing is published.
    case afterStore = "after-store"
    /// Everything is published and confirmed, nothing is acknowledged.
    case afterPublish = "after-publish"
    /// The batch is acknowledged.
    case afterAcknowledge = "after-ack"
    /// The webhook was answered, nothing is reported.
    case afterDelivery = "after-delivery"

    #if DEBUG
        private static let remaining: Mutex<(point: CrashPoint, passes: Int)?> = {
            let parts = (ProcessInfo.processInfo.environment["BELFRY_CRASH_AT"] ?? "").split(separator: ":")
            guard let name = parts.first, let point = CrashPoint(rawValue: String(name)) else { return Mutex(nil) }
            return Mutex((point, parts.count > 1 ? Int(parts[1]) ?? 1 : 1))
        }()
    #endif

    /// Dies here if this is where it should.
    public func reach() {
        #if DEBUG
            let isHere = Self.remaining.withLock { remaining in
                guard remaining?.point == self else { return false }
                remaining?.passes -= 1
                return remaining?.passes == 0
            }
            if isHere { kill(getpid(), SIGKILL) }
        #endif
    }
}
