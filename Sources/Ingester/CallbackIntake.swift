import CoreMetrics
public import JobCore
public import Logging
public import Messaging
public import Signing
import StageKit
public import Store

/// The entrance for callbacks that services publish to the exchange `belfry.callbacks`: it checks them as
/// `CallbackEndpoint` does, and passes them on to the recorder.
public struct CallbackIntake: MessageHandler {
    private let store: any CallbackStore
    private let keys: SigningKeys
    private let time: any TimeSource
    private let logger: Logger
    private let accepted = Counter(label: "belfry_callbacks_total", dimensions: [("status", "202")])
    private let late = Counter(label: "belfry_callbacks_total", dimensions: [("status", "410")])

    public init(store: any CallbackStore, keys: SigningKeys, time: any TimeSource, logger: Logger) {
        self.store = store
        self.keys = keys
        self.time = time
        self.logger = logger
    }

    /// Why a message is no callback.
    private struct Refusal: Error {
        var reason: DeadLetterReason
        var error: String
    }

    private struct Checked: Sendable {
        var index: Int
        var token: CallbackToken
        var message: InboundMessage
    }

    public func handle(_ batch: [InboundMessage]) async throws -> HandledBatch {
        let now = time.now()
        var handled = HandledBatch()
        var checked: [Checked] = []
        for (index, message) in batch.enumerated() {
            do throws(Refusal) {
                checked.append(Checked(index: index, token: try token(of: message), message: message))
            } catch {
                handled.dead.append(.init(index: index, reason: error.reason, error: error.error))
            }
        }
        guard !checked.isEmpty else { return handled }
        let statuses = try await store.statuses(of: checked.map(\.token.executionID))
        for callback in checked {
            let id = callback.token.executionID
            switch CallbackVerdict.decide(callback.token, status: statuses[id], now: now) {
            case .take:
                accepted.increment()
                handled.messages.append(OutboundMessage(Self.received(callback, at: now)))
            case .over(let status):
                late.increment()
                logger.info(
                    "ignored a callback: its execution is over",
                    metadata: ["execution_id": "\(id)", "status": "\(status?.rawValue ?? "not on record")"])
            case .expired:
                handled.dead.append(.init(index: callback.index, reason: .forbidden, error: "the token has expired"))
            }
        }
        return handled
    }

    private func token(of message: InboundMessage) throws(Refusal) -> CallbackToken {
        guard let text = message.headers[Header.token] else {
            throw Refusal(reason: .forbidden, error: "the header \(Header.token) is missing")
        }
        let token: CallbackToken
        do throws(CallbackToken.Refusal) {
            token = try CallbackToken(verifying: text, keys: keys)
        } catch {
            throw Refusal(reason: .forbidden, error: error.rawValue)
        }
        guard message.body.count <= Limits.callbackBytesMax else {
            throw Refusal(
                reason: .unreadable,
                error: "the body has \(message.body.count) bytes, more than \(Limits.callbackBytesMax)")
        }
        do throws(InvalidDocument) {
            _ = try CallbackDocument.parse(message.body)
        } catch {
            throw Refusal(reason: .unreadable, error: error.summary)
        }
        return token
    }

    private static func received(_ callback: Checked, at now: Instant) -> CallbackReceived {
        let id = callback.token.executionID
        return CallbackReceived(
            executionID: id, receivedAt: now, body: callback.message.body,
            messageID: MessageID.callback(id, published: callback.message.id, body: callback.message.body))
    }
}
