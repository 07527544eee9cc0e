import JSON

/// A value in a file that should be a job.
struct JobEntry {
    var value: JSONValue
    /// Mistakes that were found when the value was read, with the JSON pointers of their parts, which are null in it.
    var faults: [(pointer: String, fault: FileFault)] = []
    /// The place of the part of the value that a JSON pointer (RFC 6901) leads to; of the whole value if it is empty.
    var place: (_ pointer: String) -> FilePlace
}
