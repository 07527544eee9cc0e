/// The end of a request. A status of 500 is a response; a failure means that no status was received.
public enum ClientOutcome: Sendable, Equatable {
    case response(ClientResponse)
    /// `detail` is for the operator's log only: shown to the person who chose the URL, it would make this client a port
    /// scanner.
    case failure(ClientFailure, detail: String, latencyMilliseconds: Int)
}
