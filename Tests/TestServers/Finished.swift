/// The result of a program that has ended.
public struct Finished: Sendable {
    /// The exit code, or the signal that ended the program.
    public var status: Int32
    /// Whether a signal ended the program.
    public var wasKilled: Bool
    /// The text of standard output.
    public var output: String
    /// The text of standard error.
    public var errors: String
}
