import JobCore
import Messaging
import Signing

/// A valid callback. Whether its execution is still open is asked of the store.
struct CheckedCallback: Sendable {
    var token: CallbackToken
    var receivedAt: Instant
    var body: [UInt8]

    var message: OutboundMessage {
        OutboundMessage(CallbackReceived(executionID: token.executionID, receivedAt: receivedAt, body: body))
    }
}
