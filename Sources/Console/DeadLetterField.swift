import JobCore
import Messaging

/// The forms of the conditions on dead letters, in a query and in a body alike. Pure.
enum DeadLetterField {
    /// Bytes of a condition.
    static let textBytesMax = 1_024

    /// Ages in seconds: up to ten years.
    static let agesSeconds: ClosedRange<Int64> = 0...315_360_000

    static let queueHint =
        "Give the work queue's name without the prefix, one of: "
        + WorkQueue.allCases.filter(\.hasDeadLetters).map(\.rawValue).joined(separator: ", ") + "."
    static let idHint = "Give the id of a dead letter, a UUID."
    static let reasonHint = "Give a reason such as unreadable or delivery_limit: up to 64 of a-z and “_”."
    static let errorHint = "Give a text of 1 to \(textBytesMax) bytes that the error contains."
    static let ageHint = "Give a whole number from \(agesSeconds.lowerBound) to \(agesSeconds.upperBound)."

    /// The queue of this name that has dead letters.
    static func queue(_ name: String) -> WorkQueue? {
        WorkQueue(rawValue: name).flatMap { $0.hasDeadLetters ? $0 : nil }
    }

    /// The queues of these names, with commas between them; nil if one of them is wrong.
    static func queues(_ names: String) -> [WorkQueue]? {
        let queues = names.split(separator: ",", omittingEmptySubsequences: false).map { queue(String($0)) }
        return queues.contains(nil) ? nil : queues.compactMap(\.self)
    }

    /// The name of a service or of a job.
    static func name(_ text: String) -> String? { JobName.fault(in: text) == nil ? text : nil }

    /// Brokers of later versions may have reasons that are not known here.
    static func reason(_ text: String) -> String? {
        let isPlain = text.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F }
        return isPlain && (1...64).contains(text.utf8.count) ? text : nil
    }

    /// A part of an error's text.
    static func error(_ text: String) -> String? { (1...textBytesMax).contains(text.utf8.count) ? text : nil }

    /// Seconds.
    static func age(_ text: String) -> Int64? { Int64(text).flatMap { agesSeconds.contains($0) ? $0 : nil } }
}
