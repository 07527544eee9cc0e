public import JSON
public import JobCore

/// A job from a file. It was checked as the API checks it.
public struct FileJob: Sendable {
    public var name: JobName
    /// The document that the API takes.
    public var document: JSONValue
    public var place: FilePlace
}
