import JobCore
import ServiceLifecycle

/// Tells the service manager that the process lives, until all else has ended. It does not ask for faults: a disk that
/// takes long to answer is no reason to restart the process.
struct WatchdogSigns: Service {
    let socket: NoticeSocket
    /// How long the manager waits for a sign.
    let limitMilliseconds: Int64
    let time: any TimeSource

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                socket.send(["WATCHDOG=1"])
                // Half of the limit, as sd_watchdog_enabled(3) recommends.
                try? await time.sleep(milliseconds: limitMilliseconds / 2)
            }
        }
    }
}
