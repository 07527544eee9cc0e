/// Why a program can't run with its settings: every problem, a line each. It never holds a secret.
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    public let problems: [String]

    public init(_ problems: [String]) {
        self.problems = problems
    }

    public init(_ problem: String) {
        problems = [problem]
    }

    public var description: String { problems.joined(separator: "\n") }
}
