/// The programs of Belfry. All are one executable file; the name by which it is started says which program it is.
public enum Program: String, Sendable, CaseIterable {
    case tickerd, dispatcherd, courierd, ingesterd, reaperd, consoled, deadletterd
    /// The storage fork.
    case exporterd
    /// The command line.
    case belfry

    public static let daemons = allCases.filter { $0 != .belfry }

    /// The program that a file of this path is: a daemon, if it has a daemon's name, and otherwise the command line.
    public init(startedAs path: String) {
        self = Program(rawValue: path.split(separator: "/").last.map(String.init) ?? "") ?? .belfry
    }
}
