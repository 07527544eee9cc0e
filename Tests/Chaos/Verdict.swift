/// The judge's verdict about a chaos run.
public struct Verdict: Sendable, Equatable {
    public var violations: [Violation] = []
    /// How often a fault explained something that would break a guarantee otherwise.
    public var excused: [Excuse: Int] = [:]

    init(_ findings: [Finding]) {
        for finding in findings {
            switch finding {
            case .violation(let violation): violations.append(violation)
            case .excused(let excuse): excused[excuse, default: 0] += 1
            }
        }
    }

    /// The number of violations by kind.
    public func counts() -> [String: Int] {
        Dictionary(violations.map { ($0.kind.rawValue, 1) }, uniquingKeysWith: +)
    }
}
