import JobCore
import Signing
import StageKit

/// The checks of a callback that need neither the store nor the broker.
struct CallbackChecks: Sendable {
    /// What the head of a callback must say of its body.
    static let body = JSONBodyRule(bytesMax: Limits.callbackBytesMax)

    let keys: SigningKeys
    let time: any TimeSource

    /// Reads the last part of a callback's path.
    func token(_ text: some StringProtocol) throws(APIError) -> CallbackToken {
        do throws(CallbackToken.Refusal) {
            return try CallbackToken(verifying: String(text), keys: keys)
        } catch {
            throw Self.unauthorized(error.rawValue)
        }
    }

    /// Checks a body that has just arrived: a callback counts from when all of it is there.
    func callback(_ token: CallbackToken, body: [UInt8]) throws(InvalidDocument) -> CheckedCallback {
        _ = try CallbackDocument.parse(body)
        return CheckedCallback(token: token, receivedAt: time.now(), body: body)
    }

    static func unauthorized(_ reason: String) -> APIError {
        APIError(.unauthorized, "The callback URL is not valid: \(reason).")
    }
}
