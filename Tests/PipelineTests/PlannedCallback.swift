import JobCore
import Messaging

/// A callback that a service is going to send.
struct PlannedCallback {
    var at: Instant
    var executionID: ExecutionID
    var token: String
    var kind: CallbackKind
    var number: Int
    /// True: it passes the callback endpoint, which checks it. False: the service publishes the message itself.
    var isFromEndpoint: Bool
    var copies: Int

    var id: String { "\(executionID)/callback/\(number)" }

    func messages(now: Instant) -> [OutboundMessage] {
        let body = Array(kind.text(progress: min(number * 20, 100)).utf8)
        let received = CallbackReceived(executionID: executionID, receivedAt: now, body: body, messageID: id)
        let message =
            isFromEndpoint
            ? OutboundMessage(received)
            : OutboundMessage(exchange: .callbacks, routingKey: "", headers: [Header.token: token], body: body)
        return Array(repeating: message, count: copies)
    }
}
