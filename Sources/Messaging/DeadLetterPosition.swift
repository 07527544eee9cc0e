/// A place in the list of all dead letters: the last letter that was shown.
public struct DeadLetterPosition: Sendable, Equatable, Codable {
    public var queue: WorkQueue
    public var id: DeadLetterID
    /// Which of the letters with this id it is, from 1 on; 1 if nothing is said. 0 if the letter was removed, and
    /// nothing stays before it: then the list goes on with the queue's first letter.
    public var copy: Int?

    public init(queue: WorkQueue, id: DeadLetterID, copy: Int? = nil) {
        self.queue = queue
        self.id = id
        self.copy = copy
    }
}
