public import JobCore

public struct UndeliveredExecution: Sendable, Hashable {
    public var id: ExecutionID
    public var name: JobName

    public init(id: ExecutionID, name: JobName) {
        self.id = id
        self.name = name
    }
}
