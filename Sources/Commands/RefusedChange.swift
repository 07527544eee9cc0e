/// A change that the API refuses because of its job alone: the others go on.
public struct RefusedChange: Error {
    /// Why, in lines for a person.
    public var lines: [String]

    public init(lines: [String]) {
        self.lines = lines
    }
}
