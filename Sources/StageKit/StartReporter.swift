import JobCore
import ServiceLifecycle

/// Tells the service manager that the process is ready, how it is, and that it stops. It is the service that is shut
/// down first, so that the manager knows it at once.
struct StartReporter: Service {
    let socket: NoticeSocket
    let time: any TimeSource
    /// The reasons why the process can't do its work now.
    let faults: @Sendable () async -> [String]

    func run() async throws {
        await cancelWhenGracefulShutdown { await reportState() }
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
}
