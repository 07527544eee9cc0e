public import HTTPTypes

/// A route that answers on the event loop of the connection, without a router, middleware or a task for each request:
/// for the one route of a server that gets nearly all of its requests.
///
/// The server gathers the body, keeps the answers of a connection in order, and adds what all answers have. All
/// functions are called on an event loop, so none of them may block.
public protocol DirectRoute: Sendable {
    /// What the route keeps of a request's head while the body arrives.
    associatedtype Admitted: Sendable

    /// The most bytes that a body may have.
    var bodyBytesMax: Int { get }

    /// Whether the route answers this request. The router gets all others.
    func takes(_ head: HTTPRequest) -> Bool

    /// Judges a request that the route takes, by its head.
    func admit(_ head: HTTPRequest) -> DirectVerdict<Admitted>

    /// The answer to an admitted request whose body can't be used.
    func refuse(_ admitted: Admitted, for fault: BodyFault) -> WholeAnswer

    /// Answers a request that is there as a whole: now, or later by way of `reply` if it returns nil. Without an answer
    /// the connection would wait for ever.
    func answer(_ admitted: Admitted, body: [UInt8], reply: DirectReply) -> WholeAnswer?
}
