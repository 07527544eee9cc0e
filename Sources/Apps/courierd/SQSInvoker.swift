import BrokerAccess
import Courier
import Foundation
import JobCore
import Messaging
import SQS
import StageKit

/// The courier's way to a queue on SQS.
struct SQSInvoker {
    private let client: SQSClient
    private let settings: SQSSettings
    private let time = SystemTime()

    init(_ settings: SQSSettings) {
        self.settings = settings
        client = SQSClient(
            name: "sqs", maxConnectionsPerHost: WebhookInvoker.couriers * WebhookInvoker.connectionsPerTargetLimit,
            environment: AWSEnvironment(variables: ProcessInfo.processInfo.environment), region: settings.region,
            time: time)
    }

    /// The client's loop, until it is cancelled.
    func run() async {
        await client.run()
    }

    func invoke(_ invocation: Invocation) async -> AttemptResult {
        let queue: SQSQueueURL
        do throws(SQSQueueURL.Fault) {
            queue = try SQSQueueURL(invocation.target.address, endpoint: settings.endpoint)
        } catch {
            return AttemptResult(.forbidden, latencyMilliseconds: 0, error: "the queue's URL \(error)")
        }
        var attributes = invocation.headers
        attributes[Header.token] = invocation.token
        attributes[Header.callbackQueueURL] = settings.callbackQueue?.text
        let message = SQSMessage(
            body: invocation.body, attributes: attributes, queue: queue, jobName: invocation.jobName,
            executionID: invocation.executionID)
        let begun = time.monotonicMilliseconds()
        do throws(SQSError) {
            _ = try await client.send(message, to: queue, timeoutMilliseconds: invocation.timeoutMilliseconds)
            return AttemptResult(.accepted, latencyMilliseconds: time.monotonicMilliseconds() - begun)
        } catch {
            return AttemptResult(
                error.answer, latencyMilliseconds: time.monotonicMilliseconds() - begun, error: "SQS: \(error.code)",
                detail: error.detail)
        }
    }
}

extension SQSError {
    fileprivate var answer: AttemptResult.Answer {
        // Credentials are the operator's: a run should not fail for good while they are renewed.
        if isAboutCredentials { return .unauthenticated(isTemporary: mayHaveOtherCredentials) }
        return switch kind {
        case .busy: .busy
        case .unavailable, .credentials: .unreachable
        case .refused: .refused
        }
    }
}
