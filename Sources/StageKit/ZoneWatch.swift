public import JobCore
public import Logging
public import ServiceLifecycle

/// Keeps the time zones of a daemon as the files on disk are, so that an upgrade of tzdata needs no restart.
public struct ZoneWatch: Service {
    private let zones: ZoneDatabase
    private let time: any TimeSource
    private let logger: Logger

    private static let intervalMilliseconds: Int64 = 5_000

    public init(_ zones: ZoneDatabase, time: any TimeSource, logger: Logger) {
        self.zones = zones
        self.time = time
        self.logger = logger
    }

    /// Looks every 5 seconds until shutdown, and logs what has changed. Throws nothing.
    public func run() async throws {
        if let fault = zones.fault {
            logger.error("only the time zone UTC is known", metadata: ["error": "\(fault)"])
        }
        var clock = ClockGuard()
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            look(&clock)
            try? await cancelWhenGracefulShutdown { [time] in
                try await time.sleep(milliseconds: Self.intervalMilliseconds)
            }
        }
    }

    /// Reads what has changed, unless the clock is not believed: new rules are in force from an instant on.
    func look(_ clock: inout ClockGuard) {
        let reading = clock.read(wall: time.now(), monotonicMilliseconds: time.monotonicMilliseconds())
        guard reading.isBelieved else { return }
        let reload = zones.reload(at: reading.now)
        if !reload.changed.isEmpty {
            logger.notice(
                "time zones have changed",
                metadata: [
                    "zones": "\(reload.changed.joined(separator: ","))", "from": "\(reload.inForceFrom.rfc3339)",
                ])
        }
        for (name, reason) in reload.unusable.sorted(by: { $0.key < $1.key }) {
            logger.error(
                "a time zone's file cannot be used, its rules stay as they were",
                metadata: ["time_zone": "\(name)", "error": "\(reason)"])
        }
    }
}
