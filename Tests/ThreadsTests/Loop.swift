import Glibc
import Threads

/// An actor on a thread of its own, as a connection is.
actor Loop {
    nonisolated let parker = SocketParker()
    private nonisolated let executor: ThreadExecutor
    private(set) var numbers: [Int] = []
    private var isChattering = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init() {
        executor = ThreadExecutor(name: "test-loop", parker: parker)
    }

    deinit {
        executor.stop()
    }

    func threadID() -> UInt { UInt(pthread_self()) }

    func append(_ number: Int) { numbers.append(number) }

    func events(timeoutMilliseconds: CInt) async -> [SocketEvent] {
        await parker.events(timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Keeps the thread's list of jobs from ever being empty: each job adds the next one before it ends. A `Task.yield`
    /// would leave a gap, since the task comes back by way of another executor.
    private func chatter() {
        guard isChattering else { return }
        Task { chatter() }
    }

    /// Waits for events while `chatter()` runs.
    func eventsDuringChatter(timeoutMilliseconds: CInt) async -> [SocketEvent] {
        isChattering = true
        chatter()
        defer { isChattering = false }
        return await parker.events(timeoutMilliseconds: timeoutMilliseconds)
    }
}
