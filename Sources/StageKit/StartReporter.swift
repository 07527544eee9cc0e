import JobCore
import ServiceLifecycle

/// Tells the service manager that the process is ready, how it is, that it lives, and that it ends.
struct StartReporter: Service {
    let socket: NoticeSocket
    let time: any TimeSource
    /// The reasons why the process can't do its work now.
    let faults: @Sendable () async -> [String]

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // Apart from the faults: a disk that takes long to answer is no reason to restart the process.
            async let signs: Void = sendSignsOfLife()
            await reportState()
            await signs
        }
        socket.send(["STOPPING=1", "STATUS=finishing what it has begun"])
    }

    private func reportState() async {
        var notices = StartNotices()
        let start = ContinuousClock.now
        while !Task.isCancelled {
            let elapsed = (ContinuousClock.now - start) / .milliseconds(1)
            socket.send(notices.next(faults: await faults(), elapsedMilliseconds: Int64(elapsed)))
            try? await time.sleep(milliseconds: notices.waitMilliseconds)
        }
    }

    private func sendSignsOfLife() async {
        guard let limit = socket.watchdogMilliseconds else { return }
        while !Task.isCancelled {
            socket.send(["WATCHDOG=1"])
            // Half of the limit, as sd_watchdog_enabled(3) recommends.
            try? await time.sleep(milliseconds: limit / 2)
        }
    }
}
