import JobCore
import Messaging

/// A callback that a service is going to send.
struct PlannedCallback {
    var at: Instant
    var executionID: ExecutionID
    var token: String
    var kind: CallbackKind
    var number: Int
    /// True: it passes the callback endpoint, which adds the time. False: the service publishes the message itself.
    var isFromEndpoint: Bool
    var copies: Int

    var id: String { "\(executionID)/callback/\(number)" }

    func messages(now: Instant) -> [OutboundMessage] {
        var headers = [Header.token: token]
        if isFromEndpoint { headers[Header.receivedAt] = String(now.millisecondsSinceEpoch) }
        let message = OutboundMessage(
            routingKey: RoutingKey.callbackReceived, headers: headers, id: isFromEndpoint ? id : nil,
            body: Array(kind.text(progress: min(number * 20, 100)).utf8))
        return Array(repeating: message, count: copies)
    }
}
