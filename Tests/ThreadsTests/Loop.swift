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

    /// Keeps the thread's list of jobs from ever being empty, until `stopChatter()`.
    func chatter() async {
        isChattering = true
        while isChattering { await Task.yield() }
    }

    func stopChatter() { isChattering = false }

    /// Waits for events while `chatter()` runs.
    func eventsDuringChatter(timeoutMilliseconds: CInt) async -> [SocketEvent] {
        async let chatter: Void = chatter()
        let events = await parker.events(timeoutMilliseconds: timeoutMilliseconds)
        stopChatter()
        await chatter
        return events
    }
}
