import HTTPServer
import HTTPTypes
import JobCore
import Signing
import StageKit

/// The route `POST /callback/{token}` without a router, for callbacks whose path and head are as usual. The route of
/// `CallbackEndpoint.router` answers the others alike.
struct DirectCallbacks: DirectRoute {
    let checks: CallbackChecks
    let publisher: CallbackPublisher
    let errors: ErrorAnswers
    let count: CallbackAnswerCount

    var bodyBytesMax: Int { Limits.callbackBytesMax }

    func takes(_ head: HTTPRequest) -> Bool {
        // A client that waits to be asked for its body is rare, and left to the router.
        head.method == .post && Self.token(in: head) != nil && head.headerFields[.expect] == nil
    }

    func admit(_ head: HTTPRequest) -> DirectVerdict<CallbackToken> {
        do throws(APIError) {
            let token = try checks.token(Self.token(in: head) ?? "")
            try CallbackChecks.body.check(head.headerFields)
            return .admitted(token)
        } catch {
            return .refused(refusal(error))
        }
    }

    func refuse(_ token: CallbackToken, for fault: BodyFault) -> WholeAnswer {
        switch fault {
        case .tooLarge: refusal(CallbackChecks.body.tooLarge)
        case .incomplete(let error): refusal(JSONBodyRule.incomplete(error))
        }
    }

    func answer(_ token: CallbackToken, body: [UInt8], reply: DirectReply) -> WholeAnswer? {
        do throws(InvalidDocument) {
            let callback = try checks.callback(token, body: body)
            publisher.publish(callback) { failure in reply.send(failure.map(refusal) ?? acceptance()) }
            return nil
        } catch {
            return refusal(APIError(error))
        }
    }

    private func acceptance() -> WholeAnswer {
        count.add(202)
        var answer = WholeAnswer(status: .accepted)
        if let field = RequestIDs.field { answer.headers[field] = RequestIDs.next() }
        return answer
    }

    private func refusal(_ failure: APIError) -> WholeAnswer {
        count.add(failure.code.status.code)
        // The token in the path is a secret.
        return errors.answer(to: failure, method: .post, path: "/callback/{token}", requestID: RequestIDs.next())
    }

    /// The last part of the path, if it consists of what tokens consist of: such a path has one spelling only.
    private static func token(in head: HTTPRequest) -> Substring? {
        guard let path = head.path, path.utf8.starts(with: prefix) else { return nil }
        let token = path.utf8.dropFirst(prefix.count)
        return !token.isEmpty && token.allSatisfy(isTokenByte) ? Substring(token) : nil
    }

    private static let prefix = Array("/callback/".utf8)

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
