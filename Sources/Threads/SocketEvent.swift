/// A watched socket that is ready.
public struct SocketEvent: Sendable, Equatable {
    public var descriptor: CInt
    public var isReadable: Bool
    public var isWritable: Bool
    /// An error or a hang-up. The next read or write has the details.
    public var hasFailed: Bool
}
