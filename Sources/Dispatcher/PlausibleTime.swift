import JobCore
import Messaging

/// Refuses the times of messages that can't be true. Sums of them would leave what can be recorded.
enum PlausibleTime {
    /// More than any clock is wrong by that is still believed.
    private static let aheadMaxSeconds: Int64 = 86_400

    /// Throws `UnreadableMessage` if `instant` is far in the future. `subject` names it, as in "the occurrence".
    static func check(_ instant: Instant, _ subject: String, now: Instant) throws(UnreadableMessage) {
        guard instant <= now.adding(seconds: aheadMaxSeconds) else {
            throw UnreadableMessage("\(subject) is in the future: \(instant.rfc3339)")
        }
    }
}
