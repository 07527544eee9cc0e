public import JobCore
public import Logging
public import Messaging
public import ServiceLifecycle

/// Runs the passes of a stage, a fixed time apart, until shutdown. A pass that fails is logged and repeated.
public struct Periodic: Service {
    private let stage: any PeriodicStage
    private let broker: any MessageBroker
    private let time: any TimeSource
    private let clock: BelievedClock
    private let logger: Logger

    /// The wait doubles with each failure in a row, up to this, so that a stage is soon at work again after an outage.
    private static let waitMaxMilliseconds: Int64 = 4_000

    public init(_ stage: any PeriodicStage, broker: any MessageBroker, time: any TimeSource, logger: Logger) {
        self.stage = stage
        self.broker = broker
        self.time = time
        var logger = logger
        logger[metadataKey: "pass"] = "\(stage.name)"
        self.logger = logger
        clock = BelievedClock(time, logger: logger)
    }

    /// Runs passes until shutdown. Throws nothing: failed passes are logged.
    public func run() async throws {
        var failures = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                try await runOnce()
                failures = 0
            } catch is CancellationError {
                return
            } catch {
                failures += 1
                logger.warning("a pass failed, retrying", metadata: ["error": "\(error)"])
            }
            let interval = stage.intervalMilliseconds
            let wait =
                failures == 0 ? interval : max(interval, min(interval << min(failures, 4), Self.waitMaxMilliseconds))
            do {
                try await cancelWhenGracefulShutdown { try await time.sleep(milliseconds: wait) }
            } catch {
                return
            }
        }
    }

    /// Runs one pass by the clock, unless the clock is not believed: what a pass does by a wrong clock can't be undone.
    /// Throws what `runOnce(at:)` throws.
    public func runOnce() async throws {
        guard let now = clock.now() else { return }
        try await runOnce(at: now)
    }

    /// Runs one pass: publishes the stage's messages, and reports to the stage that they are confirmed. Throws the
    /// error of the pass (`StoreError`) or of the publish (`PublishError`).
    public func runOnce(at now: Instant) async throws {
        let result = try await stage.pass(at: now)
        if !result.messages.isEmpty { try await broker.publish(result.messages) }
        stage.confirmed(at: now)
        for metadata in result.reported { logger.info("reported", metadata: metadata) }
        if result.count > 0 { logger.info("pass done", metadata: ["count": "\(result.count)"]) }
    }
}
