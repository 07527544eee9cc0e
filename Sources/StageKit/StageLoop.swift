import JobCore
import Logging
import ServiceLifecycle
import Store
import Synchronization

/// Creates the services of a stage, and runs them. While the store is unavailable, it waits and tries again.
struct StageLoop: Service {
    private let make: @Sendable () async throws -> [any Service]
    private let time: any TimeSource
    private let logger: Logger
    private let start = StartState()

    init(time: any TimeSource, logger: Logger, make: @escaping @Sendable () async throws -> [any Service]) {
        self.make = make
        self.time = time
        self.logger = logger
    }

    /// Why the stage has not started yet; nil once it has.
    var startFault: String? { start.fault }

    /// Runs until shutdown. Throws `StoreError.unusable` at once, since no later try would succeed; throws the error of
    /// a service that fails after the start.
    func run() async throws {
        var attempt = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let services: [any Service]
            do {
                services = try await make()
            } catch StoreError.unusable(let reason) {
                throw StoreError.unusable(reason)
            } catch {
                // Readiness answers without the place of the store, which is logged.
                start.fault = error is StoreError ? "the store is unavailable" : "it can't start yet"
                let wait = Backoff().milliseconds(attempt: attempt, fraction: .random(in: 0.5..<1))
                attempt += 1
                logger.warning("can't start yet, will retry", metadata: ["error": "\(error)", "wait_ms": "\(wait)"])
                try? await cancelWhenGracefulShutdown { try await time.sleep(milliseconds: wait) }
                continue
            }
            start.fault = nil
            logger.info("ready to work")
            return try await withThrowingTaskGroup(of: Void.self) { group in
                for service in services { group.addTask { try await service.run() } }
                // The first error ends the stage: to wait for all, as waitForAll does, would never end.
                while try await group.next() != nil {}
            }
        }
    }
}

/// The health server reads it while the stage starts.
private final class StartState: Sendable {
    private let box = Mutex<String?>("starting")

    var fault: String? {
        get { box.withLock { $0 } }
        set { box.withLock { $0 = newValue } }
    }
}
