/// A mistake in a file, for the person who wrote it.
public struct FileFault: Error, Sendable, Equatable, CustomStringConvertible {
    public var place: FilePlace
    /// What is wrong and what would be right.
    public var message: String

    init(_ place: FilePlace, _ message: String) {
        self.place = place
        self.message = message
    }

    /// A mistake of the file as a whole.
    init(_ file: String, _ message: String) {
        self.init(FilePlace(file: file), message)
    }

    /// `jobs.yaml:3:5: a tab is no indentation: use spaces`
    public var description: String { "\(place): \(message)" }
}
