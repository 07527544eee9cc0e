public import JSON

/// What `belfry doctor` shows of its findings.
public struct DoctorSheet: Sendable, Equatable {
    /// The lines of one finding.
    public struct Entry: Sendable, Equatable {
        /// The verdict, which is coloured.
        public var verdict: String
        /// The rest of the line: the name of the check and what was found, aligned with those of the other lines.
        public var rest: String
        /// The line below it; nil if nothing has to be done.
        public var next: String?
    }

    private static let gap = 2
    private let findings: [DoctorFinding]

    public init(_ findings: [DoctorFinding]) {
        self.findings = findings
    }

    /// Whether nothing is wrong. There may be warnings.
    public var isOK: Bool { findings.allSatisfy { $0.verdict != .wrong } }

    public var entries: [Entry] {
        let verdictWidth = (DoctorFinding.Verdict.allCases.map(\.rawValue.count).max() ?? 0) + Self.gap
        let nameWidth = (findings.map { TerminalColumns.count($0.check) }.max() ?? 0) + Self.gap
        return findings.map { finding in
            let verdict = finding.verdict.rawValue
            let spaces = String(repeating: " ", count: verdictWidth - verdict.count)
            return Entry(
                verdict: verdict, rest: spaces + TextTable.padded(finding.check, to: nameWidth) + finding.found,
                next: finding.next.map { String(repeating: " ", count: verdictWidth) + "next: \($0)" })
        }
    }

    /// The findings for programs.
    public var json: JSONValue {
        let checks = findings.map { finding in
            JSONValue.object([
                "check": .string(finding.check), "status": .string(finding.verdict.rawValue),
                "found": .string(finding.found), "next": finding.next.map(JSONValue.string) ?? .null,
            ])
        }
        return .object(["ok": .bool(isOK), "checks": .array(checks)])
    }
}
