/// How long a connection of a server may wait for its client, and how many connections and bytes there may be.
///
/// A client that sends nothing, or slowly, costs a connection and the bytes that it sent. These limits bound both, so
/// that such clients, however many, neither exhaust the process's files and memory nor keep others from being served.
public struct ConnectionLimits: Sendable {
    /// Open connections. One more closes the one that has waited for its client for the longest time.
    public var connectionsMax: Int
    /// Bytes of bodies that have arrived and are not answered yet, of all connections together.
    public var bodyBytesMax = 64 * 1_024 * 1_024
    /// Seconds between two requests of a connection, and before the first one.
    public var idleSecondsMax: Int64 = 60
    /// Seconds from the first byte of a request to the end of its head.
    public var headSecondsMax: Int64 = 10
    /// Seconds from the end of a request's head to the end of its body. Less than the 25 s that an orderly shutdown may
    /// take, since it waits for requests that have begun.
    public var bodySecondsMax: Int64 = 20
    /// Seconds from the beginning of an answer until the client has taken all of it.
    public var answerSecondsMax: Int64 = 20

    public init(connectionsMax: Int) {
        self.connectionsMax = connectionsMax
    }

    /// The limits of the main server of a process that may have `openFilesMax` files open. A connection needs one. The
    /// process keeps 160 for the broker, the store, its threads and its health port.
    public init(openFilesMax: Int) {
        self.init(connectionsMax: min(4_096, max(16, openFilesMax - 160)))
    }

    /// The limits of a health port, which few clients ask, and rarely.
    public static let health = ConnectionLimits(connectionsMax: 32)
}
