internal import CCurl
internal import Threads

/// Sends HTTP requests to servers nobody has vouched for, from one thread, hundreds at a time.
///
/// `run()` must be running for requests to be sent. A request costs its caller one append to the queue; the loop
/// takes all that have come, lets libcurl work on what is ready, and answers each caller directly.
///
/// Names are resolved by threads of libcurl, one for each name not in its cache (60 s), so a slow DNS server delays its
/// own requests only. Such a thread may outlive its request by as long as resolv.conf lets it try; nothing but the
/// callers' limit on requests in flight bounds how many there are.
public actor CurlClient {
    // Handles kept for the next requests; more than this in flight is a peak.
    private static let mostIdleTransfers = 256

    private nonisolated let executor: ThreadExecutor
    private nonisolated let parker = SocketParker()
    private nonisolated let queue = RequestQueue()
    private let addressGuard: AddressGuard?
    private let userAgent: String
    private let secondsSinceEpoch: @Sendable () -> Int64
    private var active: [UInt64: Transfer] = [:]
    private var idle: [Transfer] = []
    private var multi: CurlMulti?
    // No transfer in flight has an earlier deadline than this.
    private var nextExpiry: ContinuousClock.Instant?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// `name` is the thread's. Without an `addressGuard` any address may be reached: for requests of our own only.
    /// `secondsSinceEpoch` is the wall clock, asked when a server says until which date to wait.
    public init(
        name: String, addressGuard: AddressGuard?, maxConnectionsPerHost: Int, userAgent: String,
        secondsSinceEpoch: @escaping @Sendable () -> Int64
    ) {
        self.addressGuard = addressGuard
        self.userAgent = userAgent
        self.secondsSinceEpoch = secondsSinceEpoch
        multi = CurlMulti(parker: parker, maxConnectionsPerHost: maxConnectionsPerHost)
        executor = ThreadExecutor(name: name, parker: parker)
    }

    deinit {
        executor.stop()
    }

    /// Sends one request and waits for its answer. A cancelled task's request is taken back and ends as `.broken`.
    public nonisolated func send(_ request: ClientRequest) async -> ClientOutcome {
        if let (failure, detail) = request.objection {
            return .failure(failure, detail: detail, latencyMilliseconds: 0)
        }
        let id = queue.newID()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                switch queue.post(.init(id: id, request: request, sent: .now, continuation: continuation)) {
                case .accepted(let isFirst):
                    if isFirst { parker.interrupt() }
                case .cancelled:
                    continuation.resume(returning: .failure(.broken, detail: "cancelled", latencyMilliseconds: 0))
                case .closed:
                    continuation.resume(returning: .failure(.broken, detail: "stopped", latencyMilliseconds: 0))
                }
            }
        } onCancel: {
            if queue.cancel(id) { parker.interrupt() }
        }
    }

    /// The loop: returns once `stop()` is called or the task is cancelled, with nothing left in flight. Run it once.
    public func run() async {
        await withTaskCancellationHandler {
            while let multi, !Task.isCancelled {
                let events = await parker.events(until: wakeTime(multi))
                takeRequests(multi)
                multi.drive(events)
                deliver(multi)
                expire()
            }
        } onCancel: {
            parker.interrupt()
        }
        stop()
    }

    /// Ends what is in flight as `.broken`, closes all connections and refuses requests from now on.
    public func stop() {
        let batch = queue.close()
        for entry in batch.entries { reply(to: entry, .broken, "stopped") }
        for id in Array(active.keys) { takeBack(id, .broken, "stopped") }
        idle = []
        multi = nil
        parker.interrupt()
    }

    private func wakeTime(_ multi: CurlMulti) -> ContinuousClock.Instant {
        let idleWait = ContinuousClock.now + .seconds(60)
        return min(multi.deadline ?? idleWait, nextExpiry ?? idleWait)
    }

    private func takeRequests(_ multi: CurlMulti) {
        let batch = queue.take()
        for entry in batch.entries { start(entry, multi) }
        for id in batch.cancelled { takeBack(id, .broken, "cancelled") }
    }

    private func start(_ entry: RequestQueue.Entry, _ multi: CurlMulti) {
        let transfer = idle.popLast() ?? Transfer(addressGuard: addressGuard, userAgent: userAgent)
        transfer.begin(entry)
        if multi.add(transfer.easy) {
            active[entry.id] = transfer
            nextExpiry = min(nextExpiry ?? entry.deadline, entry.deadline)
        } else {
            retire(transfer)
            reply(to: entry, .broken, "libcurl refused the request")
        }
    }

    /// Answers the callers whose transfers have ended.
    private func deliver(_ multi: CurlMulti) {
        while let (easy, result) = multi.nextFinished() {
            guard let transfer = Transfer.of(easy), let entry = transfer.entry else { continue }
            active[entry.id] = nil
            let outcome = transfer.outcome(
                result, latencyMilliseconds: entry.latencyMilliseconds, now: secondsSinceEpoch)
            multi.remove(easy)
            retire(transfer)
            entry.continuation.resume(returning: outcome)
        }
    }

    /// Ends the transfers whose time is up.
    ///
    /// Not left to libcurl: in 7.88 a transfer that waits for one of its host's connections has no time-out. All are
    /// looked at when the earliest deadline passes; most transfers end long before theirs, so that is seldom.
    private func expire() {
        let now = ContinuousClock.now
        guard let nextExpiry, nextExpiry <= now else { return }
        for (id, transfer) in active {
            guard let entry = transfer.entry, entry.deadline <= now else { continue }
            takeBack(id, .timedOut, "no answer within \(entry.request.timeoutMilliseconds) ms")
        }
        self.nextExpiry = active.values.compactMap { $0.entry?.deadline }.min()
    }

    /// Removes a transfer before its end; unknown when it has just ended by itself.
    private func takeBack(_ id: UInt64, _ failure: ClientFailure, _ detail: String) {
        guard let transfer = active.removeValue(forKey: id), let entry = transfer.entry else { return }
        multi?.remove(transfer.easy)
        retire(transfer)
        reply(to: entry, failure, detail)
    }

    private func retire(_ transfer: Transfer) {
        transfer.end()
        if idle.count < Self.mostIdleTransfers { idle.append(transfer) }
    }

    private func reply(to entry: RequestQueue.Entry, _ failure: ClientFailure, _ detail: String) {
        entry.continuation.resume(
            returning: .failure(failure, detail: detail, latencyMilliseconds: entry.latencyMilliseconds))
    }
}
