import CLinux
import Glibc
import Synchronization

/// A serial executor that owns one operating-system thread.
///
/// A handle of a C library that must stay on one thread (librabbitmq, a libcurl multi handle) belongs to an actor that
/// runs here: the actor's isolation is the thread. Between jobs the thread sleeps in its `Parker`.
///
///     actor Connection {
///         private nonisolated let parker = SocketParker()
///         private nonisolated let executor: ThreadExecutor
///         nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
///         init() { executor = ThreadExecutor(name: "connection", parker: parker) }
///         deinit { executor.stop() }
///     }
public final class ThreadExecutor: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isAsleep = false
        var isStopping = false
    }

    // An executor that never runs out of jobs must still look at its sockets.
    private static let batchesBetweenLooks = 16

    private let state = Mutex(State())
    private let parker: any Parker
    private let name: String
    private let thread = Atomic<UInt>(0)

    /// Starts the thread. `top -H` shows `name`, of which the kernel keeps 15 bytes.
    public init(name: String, parker: any Parker) {
        self.name = name
        self.parker = parker
        let retained = Unmanaged.passRetained(self)
        var created = pthread_t()
        let code = pthread_create(
            &created, nil,
            { argument in
                // The argument is what passRetained gave above; the thread keeps the executor alive until `stop()`.
                guard let argument else { return nil }
                Unmanaged<ThreadExecutor>.fromOpaque(argument).takeRetainedValue().main()
                return nil
            }, retained.toOpaque())
        precondition(code == 0, "pthread_create failed with \(code): the process has no threads left")
        pthread_detach(created)
    }

    /// Adds a job, which runs after all jobs before it. Any thread may call it.
    public func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        let wasAsleep = state.withLock { state in
            defer { state.isAsleep = false }
            state.jobs.append(unowned)
            return state.isAsleep
        }
        // A job from the thread itself comes out of `park`, and the thread looks for jobs next anyway.
        if wasAsleep, isIsolatingCurrentContext() != true { parker.wake() }
    }

    /// Lets the thread end once it has no jobs left. Actors on this executor must not be used afterwards.
    public func stop() {
        state.withLock { $0.isStopping = true }
        parker.wake()
    }

    /// True on the executor's own thread.
    public func isIsolatingCurrentContext() -> Bool? {
        thread.load(ordering: .acquiring) == UInt(pthread_self())
    }

    /// Ends the process on any other thread.
    public func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "not on the thread \(name)")
    }

    private func main() {
        thread.store(UInt(pthread_self()), ordering: .releasing)
        belfry_name_this_thread(name)
        blockBrokenPipeSignal()
        runJobsUntilStopped()
    }

    /// OpenSSL writes without MSG_NOSIGNAL. A closed connection must be an error there, not the end of the process.
    private func blockBrokenPipeSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    private func runJobsUntilStopped() {
        var batch: [UnownedJob] = []
        var batches = 0
        while true {
            let isStopping = state.withLock { state in
                // Two buffers that are swapped, so a batch allocates none.
                swap(&batch, &state.jobs)
                state.isAsleep = batch.isEmpty
                return state.isStopping
            }
            if batch.isEmpty {
                if isStopping { return }
                parker.park(mayBlock: true)
                batches = 0
                continue
            }
            for job in batch { job.runSynchronously(on: asUnownedSerialExecutor()) }
            batch.removeAll(keepingCapacity: true)
            batches += 1
            if batches.isMultiple(of: Self.batchesBetweenLooks) { parker.park(mayBlock: false) }
        }
    }
}
