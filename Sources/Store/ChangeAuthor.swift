/// Who makes a change, for its audit entry.
public struct ChangeAuthor: Sendable, Equatable {
    /// The name of the API key, or `local:USER` for a command that opens the store itself.
    public var name: String
    /// The id of the HTTP request; nil for a command.
    public var requestID: String?

    public init(name: String, requestID: String? = nil) {
        self.name = name
        self.requestID = requestID
    }
}
