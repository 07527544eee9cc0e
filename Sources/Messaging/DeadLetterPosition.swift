/// A place in the list of all dead letters: the last letter that was shown.
public struct DeadLetterPosition: Sendable, Equatable, Codable {
    public var queue: WorkQueue
    public var id: DeadLetterID

    public init(queue: WorkQueue, id: DeadLetterID) {
        self.queue = queue
        self.id = id
    }
}
