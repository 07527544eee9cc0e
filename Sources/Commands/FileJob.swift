public import JSON
public import JobCore

/// A job from a file. It was checked as the API checks it.
public struct FileJob: Sendable {
    public var name: JobName
    /// The document that the API takes.
    public var document: JSONValue
    /// What the API reads in the document.
    public var job: Job
    /// Those of the document as JSON.
    var bytes: Int
    public var place: FilePlace

    /// The same job with an owner.
    func owned(by owner: String) -> FileJob {
        var owned = self
        if case .object(var fields) = document {
            fields["owner"] = .string(owner)
            owned.document = .object(fields)
        }
        owned.job.owner = owner
        return owned
    }
}
