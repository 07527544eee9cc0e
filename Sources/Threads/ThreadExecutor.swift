internal import CLinux
internal import Glibc
internal import Synchronization

/// A serial executor that owns one operating-system thread.
///
/// C libraries whose handles must stay on one thread (librabbitmq, a libcurl multi handle) live in actors that run
/// here: the actor's isolation is the thread. Between jobs the thread sleeps in its `Parker`.
public final class ThreadExecutor: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isAsleep = false
        var isStopping = false
    }

    // Jobs that never run dry must not keep the parker from looking at its sockets.
    private static let batchesBetweenLooks = 16

    private let state = Mutex(State())
    private let parker: any Parker
    private let name: String
    private let thread = Atomic<UInt>(0)

    /// Starts the thread. `name` is what `top -H` shows, cut to 15 bytes by the kernel.
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

    public func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        let wasAsleep = state.withLock { state in
            defer { state.isAsleep = false }
            state.jobs.append(unowned)
            return state.isAsleep
        }
        // A parker that resumes its waiter does so on the thread itself, which is about to look for jobs anyway.
        if wasAsleep, isIsolatingCurrentContext() != true { parker.wake() }
    }

    /// Lets the thread end once it has no jobs left. Actors on this executor must not be used afterwards.
    public func stop() {
        state.withLock { $0.isStopping = true }
        parker.wake()
    }

    public func isIsolatingCurrentContext() -> Bool? {
        thread.load(ordering: .acquiring) == UInt(pthread_self())
    }

    public func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "not on the thread \(name)")
    }

    private func main() {
        thread.store(UInt(pthread_self()), ordering: .releasing)
        belfry_name_this_thread(name)
        blockBrokenPipeSignal()
        runJobsUntilStopped()
    }

    /// OpenSSL writes without MSG_NOSIGNAL; a peer that has gone must be an error there, not the end of the process.
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
                // Two buffers that change places: no allocation for each batch.
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
