/// The store or the broker did not answer in time. Whether the work was done is unknown; it may be tried again.
public struct OverdueError: Error, Sendable, Equatable, CustomStringConvertible {
    var milliseconds: Int64

    public var description: String { "the store or the broker did not answer within \(milliseconds) ms" }
}
