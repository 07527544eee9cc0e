import JobCore

/// What the faults of each kind did to a run: one row a kind. Pure.
struct FaultTable {
    /// The violations of one group, in one column.
    enum Column: String, CaseIterable {
        case lost, stuck, doubled
        case falseTimeouts = "false timeouts"
        case repeated = "repeated without need"
        case other
    }

    /// The faults of one kind.
    struct Row: Equatable {
        /// The name of the kind, or “none” for violations while no fault was at work or recovered from.
        var fault: String
        var times = 0
        var violations: [Column: Int] = [:]
        /// Of each fault after which nothing else went wrong too early: the time until a quick job succeeded again.
        var recoveryMilliseconds: [Int64] = []
    }

    let rows: [Row]

    init(facts: Facts, violations: [Violation]) {
        var rows = Dictionary(uniqueKeysWithValues: Fault.Kind.allCases.map { ($0, Row(fault: $0.rawValue)) })
        var unexplained = Row(fault: "none")
        for disturbance in facts.disturbances {
            rows[disturbance.fault.kind]?.times += 1
            if let recovery = facts.recoveryMilliseconds(after: disturbance) {
                rows[disturbance.fault.kind]?.recoveryMilliseconds.append(recovery)
            }
        }
        for violation in violations {
            let kinds = Set(facts.disturbances.filter { $0.isFelt(at: violation.at) }.map(\.fault.kind))
            for kind in kinds { rows[kind]?.violations[violation.kind.column, default: 0] += 1 }
            if kinds.isEmpty { unexplained.violations[violation.kind.column, default: 0] += 1 }
        }
        self.rows =
            Fault.Kind.allCases.compactMap { rows[$0] }.filter { $0.times > 0 }
            + (unexplained.violations.isEmpty ? [] : [unexplained])
    }

    /// The rows below their heads, in columns of equal width.
    var text: String {
        let head = ["fault", "times"] + Column.allCases.map(\.rawValue) + ["seconds to recover: median", "largest"]
        let lines = [head] + rows.map(\.cells)
        let widths = head.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { cells in
            zip(cells, widths).enumerated().map { index, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 0 ? cell.0 + padding : padding + cell.0
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

extension FaultTable.Row {
    /// The text of each column.
    fileprivate var cells: [String] {
        let sorted = recoveryMilliseconds.sorted()
        let median = sorted.isEmpty ? nil : sorted[(sorted.count - 1) / 2]
        return [fault, String(times)] + FaultTable.Column.allCases.map { String(violations[$0, default: 0]) }
            + [median, sorted.last].map { $0.map(Self.seconds) ?? "-" }
    }

    /// Rounded to tenths.
    private static func seconds(_ milliseconds: Int64) -> String {
        let tenths = (milliseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension Violation.Kind {
    fileprivate var column: FaultTable.Column {
        switch self {
        case .lostOccurrence, .lostCallback, .lostMessage, .undelivered: .lost
        case .stuck: .stuck
        case .doubledOccurrence, .overlap: .doubled
        case .falseHeartbeatTimeout, .timeoutOfOutage, .earlyTTL: .falseTimeouts
        case .needlessRepeat, .repeatedAfterEnd: .repeated
        case .unknownExecution, .inventedEnd, .deliveredAfterEnd, .hungCallback, .refusedCallback, .innocentDeadLetter,
            .crash, .changedEnd, .ranWhilePaused, .wrongVersion:
            .other
        }
    }
}

extension Facts.Disturbance {
    /// Whether it was at work, or was being recovered from, at an instant.
    fileprivate func isFelt(at instant: Instant?) -> Bool {
        instant.map { begin <= $0 && $0 <= recoveredAt } ?? false
    }
}

extension Facts {
    /// From the end of a fault until the first success of a run of a quick job that was due after that end. Nil if
    /// another fault was at work in that time, or if none succeeded.
    fileprivate func recoveryMilliseconds(after disturbance: Disturbance) -> Int64? {
        let quick = Set(registrations.map(\.job).filter(\.isQuick).map(\.name))
        let ends = runs.filter { quick.contains($0.job) && $0.status == "success" && $0.occurrence > disturbance.end }
            .compactMap(\.finishedAt)
        guard let end = ends.min() else { return nil }
        let isMixed = disturbances.contains {
            $0 != disturbance && $0.begin <= end && disturbance.end <= $0.end
        }
        return isMixed ? nil : end.milliseconds(since: disturbance.end)
    }
}

extension ChaosJob {
    /// Whether a run each second succeeds at once.
    fileprivate var isQuick: Bool {
        everySeconds == 1 && answer == .accept(afterMilliseconds: 0) && heartbeats == 0 && ending == .success
            && !isExclusive
    }
}
