/// The programs of Belfry, by the names of their binaries.
public enum Program: String, Sendable, CaseIterable {
    case tickerd, dispatcherd, courierd, ingesterd, reaperd, consoled, deadletterd
    /// The storage fork.
    case exporterd
    /// The command line.
    case belfry

    public static let daemons = allCases.filter { $0 != .belfry }
}
