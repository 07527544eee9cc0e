/// A place in a file, as compilers write it: `jobs.yaml:3:5`.
public struct FilePlace: Sendable, Equatable, CustomStringConvertible {
    /// The path of the file as it was given, or `standard input`.
    public var file: String
    /// From 1. Nil for the file as a whole.
    public var line: Int?
    /// In Unicode scalars, from 1. Nil for the line as a whole.
    public var column: Int?

    /// `jobs.yaml:3:5`, or `jobs.yaml:3`, or `jobs.yaml`.
    public var description: String {
        let numbers = [line, line == nil ? nil : column].compactMap { $0 }
        return ([file] + numbers.map(String.init)).joined(separator: ":")
    }
}
