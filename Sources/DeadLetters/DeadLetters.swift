public import JobCore
public import Logging
public import Messaging
public import ServiceLifecycle
import StageKit

/// Carries out requests about dead letters, one at a time.
///
/// A request about which the broker says that it was taken before may have been carried out in part. If it changes
/// something, it is not carried out again: its asker is told.
public struct DeadLetters: Service {
    private let broker: any MessageBroker
    private let scan: any DeadLetterScan
    private let topology: Topology
    private let time: any TimeSource
    private let logger: Logger
    private let settlement: Settlement
    private let counts = LetterCounts()

    /// The asker has gone by the time that more tries could take.
    private static let triesMax = 5

    /// `scan` is used by this stage alone.
    public init(
        broker: any MessageBroker, scan: any DeadLetterScan, topology: Topology, time: any TimeSource, logger: Logger
    ) {
        self.broker = broker
        self.scan = scan
        self.topology = topology
        self.time = time
        var logger = logger
        logger[metadataKey: "queue"] = "\(WorkQueue.deadletterRequests.rawValue)"
        self.logger = logger
        settlement = Settlement(of: .deadletterRequests, broker: broker, time: time, logger: logger)
    }

    /// Carries out requests until shutdown. A pass that runs by then ends with the letters that it has in hand.
    public func run() async throws {
        let subscription = await settlement.subscribe(prefetch: 1)
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                let batch = try await cancelWhenGracefulShutdown { try await subscription.next(limit: 1) }
                for message in batch { try await carryOut(message, subscription) }
            } catch is CancellationError {
                return
            }
        }
    }

    private func carryOut(_ message: InboundMessage, _ subscription: any MessageSubscription) async throws {
        let heldSince = time.monotonicMilliseconds()
        var letters: [OutboundMessage] = []
        do throws(UnreadableMessage) {
            let request = try DeadLettersRequested(checking: message)
            await answer(request, isTakenAgain: message.mayHaveBeenHandled)
        } catch {
            letters = [settlement.deadLetter(message, .unreadable, error.description)]
        }
        _ = try await settlement.settle(
            [.init(letters)], on: subscription, heldSinceMilliseconds: heldSince, acking: { [message.tag] })
    }

    private func answer(_ request: DeadLettersRequested, isTakenAgain: Bool) async {
        let answers = AnswerBatch(to: request) { await publish($0) }
        var result = DeadLettersResult(error: "interrupted")
        if !isTakenAgain || !request.changesLetters {
            var pass = LetterPass(
                request, scan: scan, topology: topology, time: time, counts: counts,
                mayGoOn: { !Task.isShuttingDownGracefully },
                show: { letter, body in await answers.add(letter, body: body) })
            result = await pass.run()
        }
        // A page of a list shows no payloads.
        if request.action != .list { audit(request, result) }
        await answers.end(result)
    }

    /// Publishes answers. Once the asker has gone nobody waits for them, so it doesn't try for long.
    private func publish(_ messages: [OutboundMessage]) async {
        for attempt in 1...Self.triesMax {
            do throws(PublishError) {
                return try await broker.publish(messages)
            } catch {
                let isLast = attempt == Self.triesMax || !error.isTemporary
                if isLast { return logger.warning("an answer can't be published", metadata: ["error": "\(error)"]) }
            }
            try? await time.sleep(milliseconds: 1_000)
        }
    }

    private func audit(_ request: DeadLettersRequested, _ result: DeadLettersResult) {
        var metadata: Logger.Metadata = [
            "action": "\(request.action.rawValue)",
            "by": "\(ForeignText.cleaned(request.requestedBy, bytesMax: 256))",
            "request_id": "\(request.requestID)",
            "filter": "\(request.letter.map { "id=\($0.id)" } ?? request.filter.summary)",
            "matched": "\(result.matched)", "done": "\(result.done)", "failed": "\(result.failed)",
            "dry_run": "\(request.isDryRun)", "error": "\(result.error ?? "")",
        ]
        if let letter = request.letter {
            metadata["origin_queue"] = "\(ForeignText.cleaned(letter.queue, bytesMax: 256))"
            metadata["routing_key"] = "\(ForeignText.cleaned(letter.originRoutingKey ?? "", bytesMax: 256))"
            metadata["message_id"] = "\(ForeignText.cleaned(letter.messageID ?? "", bytesMax: 256))"
            metadata["execution_id"] = letter.executionID.map { "\($0)" } ?? ""
        }
        logger.info("dead letters handled", metadata: metadata)
    }
}
