import JobCore
import Messaging

extension DeadLetterFilter {
    /// Whether the letter must have its subject for `matches`.
    var asksForSubject: Bool { service != nil || job != nil }

    /// Whether a letter meets every condition but those about its subject. Nobody knows how old a letter without a time
    /// is, so it counts as old.
    func matchesAllButSubject(_ letter: DeadLetter) -> Bool {
        if !queues.isEmpty, !queues.contains(where: { $0.rawValue == letter.queue }) { return false }
        if let id, letter.id != id { return false }
        if let reason, letter.reason != reason { return false }
        if let error, letter.error?.lowercased().contains(error.lowercased()) != true { return false }
        if let before, let last = letter.lastDeadAt, last >= before { return false }
        return true
    }

    /// Whether a letter meets the conditions about its subject.
    func matchesSubject(_ letter: DeadLetter) -> Bool {
        (service == nil || letter.service == service) && (job == nil || letter.job == job)
    }

    /// The work queues whose letters it is about, in the order of the list of all letters.
    var scannedQueues: [WorkQueue] {
        WorkQueue.allCases.filter { $0.hasDeadLetters && (queues.isEmpty || queues.contains($0)) }
    }

    /// The conditions on one line, for the log.
    var summary: String {
        let conditions: [(String, String?)] = [
            ("queue", queues.isEmpty ? nil : queues.map(\.rawValue).joined(separator: ",")),
            ("id", id?.description), ("service", service), ("job", job), ("reason", reason), ("error", error),
            ("before", before.map { "\($0.millisecondsSinceEpoch)" }),
        ]
        let present = conditions.compactMap { name, value in
            value.map { "\(name)=\(ForeignText.cleaned($0, bytesMax: 256))" }
        }
        return present.isEmpty ? "all" : present.joined(separator: " ")
    }
}
