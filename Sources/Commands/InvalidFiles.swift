/// All mistakes in the files of a command, so that they can be corrected in one go. Nothing was changed.
public struct InvalidFiles: Error, Sendable, Equatable {
    /// Never empty.
    public var faults: [FileFault]

    private static let shownMax = 100

    /// The mistakes for the terminal, a line each; of a great number only the first ones.
    public var lines: [String] {
        let shown = faults.prefix(Self.shownMax).map(\.description)
        let rest = faults.count - shown.count
        return shown + (rest > 0 ? ["and \(rest) more mistakes"] : [])
    }
}
