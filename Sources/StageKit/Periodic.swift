public import JobCore
public import Logging
public import ServiceLifecycle

/// Runs a pass again and again, a fixed time apart, until shutdown. A pass that fails is logged and tried again.
public struct Periodic: Service {
    private let name: String
    private let intervalMilliseconds: Int64
    private let time: any TimeSource
    private let logger: Logger
    private let pass: @Sendable (Instant) async throws -> Void

    public init(
        _ name: String, everyMilliseconds: Int64, time: any TimeSource, logger: Logger,
        pass: @escaping @Sendable (_ now: Instant) async throws -> Void
    ) {
        self.name = name
        intervalMilliseconds = everyMilliseconds
        self.time = time
        self.logger = logger
        self.pass = pass
    }

    public func run() async throws {
        var failures = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                try await pass(time.now())
                failures = 0
            } catch is CancellationError {
                return
            } catch {
                failures += 1
                logger.warning("\(name) failed, trying again", metadata: ["error": "\(error)"])
            }
            // A store that is away is asked less and less often.
            let wait = failures == 0 ? intervalMilliseconds : min(intervalMilliseconds << min(failures, 4), 15_000)
            do {
                try await cancelWhenGracefulShutdown { try await time.sleep(milliseconds: wait) }
            } catch {
                return
            }
        }
    }
}
