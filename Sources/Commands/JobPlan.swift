public import JSON
import JobCore

/// All changes of `belfry jobs apply`, and which of them were made.
public struct JobPlan: Sendable {
    /// What became of a change.
    private enum State {
        case open, made, failed
        case refused([String])

        var isMade: Bool { if case .made = self { true } else { false } }
    }

    private static let batchBytesMax = JobBatchDocument.bytesMax * 3 / 4
    /// The changes of one kind that a report names.
    private static let namedMax = 100

    public let changes: [JobChange]
    private let unchangedCount: Int
    private var states: [State]

    /// `unchangedCount` jobs of the files are on record as the files have them.
    public init(_ changes: [JobChange], unchangedCount: Int = 0) {
        self.changes = changes
        self.unchangedCount = unchangedCount
        states = changes.map { _ in .open }
    }

    /// How many jobs are deleted.
    public var deletionCount: Int { count(.delete) }

    /// The changes with their fields, and at the end how many there are.
    public var lines: [String] {
        let counts = "\(count(.create)) to create, \(count(.replace)) to replace, \(count(.delete)) to delete"
        return changes.flatMap(\.lines) + ["\(counts), \(unchangedCount) unchanged"]
    }

    /// The changes that are made together, one after the other: as many as a request takes. If `eachPut`, the jobs that
    /// are put come one by one.
    public func batches(eachPut: Bool = false) -> [Range<Int>] {
        var batches: [Range<Int>] = []
        var (start, bytes) = (0, 0)
        for (index, change) in changes.enumerated() {
            let isAlone = eachPut && change.action != .delete
            let isFull = index - start >= JobBatchDocument.jobsMax || bytes + change.bytes > Self.batchBytesMax
            if index > start, isAlone || isFull {
                batches.append(start..<index)
                (start, bytes) = (index, 0)
            }
            bytes += change.bytes
            if isAlone {
                batches.append(start..<index + 1)
                (start, bytes) = (index + 1, 0)
            }
        }
        return start < changes.count ? batches + [start..<changes.count] : batches
    }

    /// Makes the changes batch by batch. Throws the first error of `make`: the changes of the batches before it were
    /// made, and all others were not. After a `RefusedChange` it goes on with the next batch, but deletes no job: the
    /// one that was refused may have been meant to take its place.
    public mutating func carryOut(
        _ batches: [Range<Int>], _ make: ([JobChange]) async throws -> Void
    ) async throws {
        var isRefused = false
        for batch in batches {
            if isRefused, changes[batch].contains(where: { $0.action == .delete }) { continue }
            do {
                try await make(Array(changes[batch]))
                for index in batch { states[index] = .made }
            } catch let refusal as RefusedChange {
                for index in batch { states[index] = .refused(refusal.lines) }
                isRefused = true
            } catch {
                for index in batch { states[index] = .failed }
                throw error
            }
        }
    }

    /// Whether a change was refused while others went on.
    public var hasRefusals: Bool { !refusals.isEmpty }

    /// What was made and what was not, for the message about a change that failed or was refused.
    public var report: [String] {
        let made = named("made", \.isMade)
        return refusals + named("failed") { if case .failed = $0 { true } else { false } }
            + (made.isEmpty ? ["made: nothing"] : made)
            + named("not made") { if case .open = $0 { true } else { false } }
    }

    /// How many changes were made, in words.
    public var outcome: String {
        "\(madeCount(.create)) created, \(madeCount(.replace)) replaced, \(madeCount(.delete)) deleted"
    }

    private var refusals: [String] {
        zip(changes, states).flatMap { change, state -> [String] in
            guard case .refused(let lines) = state else { return [] }
            return ["refused: \(change.line)"] + lines
        }
    }

    private func named(_ word: String, _ isNamed: (State) -> Bool) -> [String] {
        let found = zip(changes, states).filter { isNamed($0.1) }.map { "\(word): \($0.0.line)" }
        let rest = found.count - Self.namedMax
        return found.prefix(Self.namedMax) + (rest > 0 ? ["\(word): \(rest) more"] : [])
    }

    private func count(_ action: JobChange.Action) -> Int { changes.count { $0.action == action } }

    private func madeCount(_ action: JobChange.Action) -> Int {
        zip(changes, states).count { $0.action == action && $1.isMade }
    }

    /// The plan as JSON:
    /// `{"changes": [{"action", "job", "fields": [{"field", "before", "after"}], "made"}], "create", "replace",
    /// "delete", "unchanged"}`.
    public var json: JSONValue {
        let changes = zip(changes, states).map { change, state -> JSONValue in
            .object(change.json.merging(["made": .bool(state.isMade)]) { $1 })
        }
        return .object([
            "changes": .array(changes), "create": .integer(Int64(count(.create))),
            "replace": .integer(Int64(count(.replace))), "delete": .integer(Int64(count(.delete))),
            "unchanged": .integer(Int64(unchangedCount)),
        ])
    }
}
