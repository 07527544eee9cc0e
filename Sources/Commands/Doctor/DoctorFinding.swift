/// What `belfry doctor` found about one part of an installation.
public struct DoctorFinding: Sendable, Equatable {
    /// How it is. The raw value is shown.
    public enum Verdict: String, Sendable, CaseIterable {
        case ok
        /// It works, and should be changed.
        case warning
        /// It does not work, or not as it should.
        case wrong
        case notChecked = "not checked"
    }

    /// The name of the check.
    public let check: String
    public var verdict: Verdict
    /// One sentence or its parts, without secrets.
    public let found: String
    /// What to do; nil if nothing has to be done.
    public let next: String?

    private init(_ check: String, _ verdict: Verdict, _ found: String, _ next: String?) {
        self.check = check
        self.verdict = verdict
        self.found = found
        self.next = next
    }

    /// All is right.
    public static func ok(_ check: String, _ found: String) -> DoctorFinding {
        DoctorFinding(check, .ok, found, nil)
    }

    /// It works, and should be changed.
    public static func warning(_ check: String, _ found: String, next: String) -> DoctorFinding {
        DoctorFinding(check, .warning, found, next)
    }

    /// It does not work, or not as it should.
    public static func wrong(_ check: String, _ found: String, next: String) -> DoctorFinding {
        DoctorFinding(check, .wrong, found, next)
    }

    /// Nothing is known about it.
    public static func notChecked(_ check: String, _ found: String, next: String) -> DoctorFinding {
        DoctorFinding(check, .notChecked, found, next)
    }

    /// The findings about the nodes of one broker. A node that does not answer is only a warning while another one
    /// does: the daemons go to that one.
    public static func nodes(_ findings: [DoctorFinding]) -> [DoctorFinding] {
        guard findings.contains(where: { $0.verdict == .ok }) else { return findings }
        return findings.map { finding in
            var finding = finding
            if finding.verdict == .wrong { finding.verdict = .warning }
            return finding
        }
    }
}
