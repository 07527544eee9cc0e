public import JSON

/// All changes of `belfry jobs apply`, and how many of them were made.
public struct JobPlan: Sendable {
    public let changes: [JobChange]
    /// The changes before this index were made.
    public private(set) var madeCount = 0
    /// Why changes before `madeCount` were refused and not made, by their index.
    public private(set) var refused: [Int: [String]] = [:]

    public init(_ changes: [JobChange]) {
        self.changes = changes
    }

    /// Makes the changes in their order. Throws the first error of `make`; the changes before it were made, and those
    /// from it on were not. After a `RefusedChange` it goes on with the next one.
    public mutating func carryOut(_ make: (JobChange) async throws -> Void) async throws {
        while madeCount < changes.count {
            do {
                if changes[madeCount].action != .keep { try await make(changes[madeCount]) }
            } catch let refusal as RefusedChange {
                refused[madeCount] = refusal.lines
            }
            madeCount += 1
        }
    }

    /// The changes that were refused, each with its reasons.
    public var refusals: [String] {
        refused.sorted { $0.key < $1.key }.flatMap { ["refused: \(changes[$0.key].line)"] + $0.value }
    }

    /// What was made and what was not, for the message about a change that failed or was refused.
    public var report: [String] {
        let isChange: (JobChange) -> Bool = { $0.action != .keep }
        let madeIndices = changes.indices.prefix(madeCount).filter { refused[$0] == nil }
        let made = madeIndices.map { changes[$0] }.filter(isChange)
        let failed = changes[madeCount...].prefix(1)
        let open = changes[madeCount...].dropFirst().filter(isChange)
        return refusals + failed.map { "failed: \($0.line)" }
            + (made.isEmpty ? ["made: nothing"] : made.map { "made: \($0.line)" })
            + open.map { "not made: \($0.line)" }
    }

    /// The changes as JSON: `[{"action": "create", "job": "billing/send-invoices", "made": true}]`. `keep` counts as
    /// made when its turn has come.
    public var json: JSONValue {
        .array(
            changes.enumerated().map { index, change in
                .object([
                    "action": .string(change.action.rawValue), "job": .string("\(change.name)"),
                    "made": .bool(index < madeCount && refused[index] == nil),
                ])
            })
    }
}
