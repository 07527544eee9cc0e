import CCurl
import Threads

/// An HTTP/1.1 client for servers that are not trusted: one thread, hundreds of requests at a time.
///
///     let client = CurlClient(
///         name: "webhooks", addressGuard: AddressGuard(allowed: []), maxConnectionsPerHost: 128,
///         userAgent: "belfry", secondsSinceEpoch: { Int64(time(nil)) })
///     async let loop: Void = client.run()
///     switch await client.send(ClientRequest(url: "https://example.com/hook", body: Array("{}".utf8))) {
///     case .response(let response): log(response.status)
///     case .failure(let failure, let detail, _): log(failure, detail)
///     }
///     await client.stop()
///     await loop
///
/// Requests are sent while `run()` is running. `send` only appends to a queue; the loop takes all entries at once,
/// drives libcurl, and resumes each caller directly.
///
/// libcurl resolves host names on threads of its own, one for each name that is not in its cache (60 s), so a slow DNS
/// server delays its own requests only. Such a thread may outlive its request, for as long as resolv.conf lets it try.
/// Only the number of requests in flight, which is up to the callers, limits the number of these threads.
public actor CurlClient {
    // Handles that are kept for later requests.
    private static let idleTransfersMax = 256

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

    /// - Parameters:
    ///   - name: The thread's name.
    ///   - addressGuard: Decides which addresses may be reached. Nil allows all, for URLs that an operator chose.
    ///   - maxConnectionsPerHost: Further requests to the host wait; their `timeoutMilliseconds` counts meanwhile.
    ///   - userAgent: The `User-Agent` header.
    ///   - secondsSinceEpoch: The wall clock, read when a `Retry-After` header has a date.
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

    /// Sends one request and waits for its outcome. It never throws: when the task is cancelled, the request ends as
    /// `.broken`.
    public nonisolated func send(_ request: ClientRequest) async -> ClientOutcome {
        if let (failure, detail) = request.fault {
            return .failure(failure, detail: detail, latencyMilliseconds: 0)
        }
        let id = queue.newID()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                switch queue.post(.init(id: id, request: request, sentAt: .now, continuation: continuation)) {
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

    /// The loop. It returns when `stop()` is called or the task is cancelled, with nothing left in flight. Run it once.
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

    /// Ends all requests in flight as `.broken`, closes all connections and refuses further requests.
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

    /// Resumes the callers whose transfers have finished.
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
    /// libcurl 7.88 has no timeout for a transfer that waits for a connection of its host, so timeouts are kept here.
    /// All transfers are checked when the earliest deadline passes. That is rare: most end long before theirs.
    private func expire() {
        let now = ContinuousClock.now
        guard let nextExpiry, nextExpiry <= now else { return }
        for (id, transfer) in active {
            guard let entry = transfer.entry, entry.deadline <= now else { continue }
            takeBack(id, .timedOut, "no answer within \(entry.request.timeoutMilliseconds) ms")
        }
        self.nextExpiry = active.values.compactMap { $0.entry?.deadline }.min()
    }

    /// Ends a transfer before libcurl has. Does nothing when it has just finished. A status that has arrived counts.
    private func takeBack(_ id: UInt64, _ failure: ClientFailure, _ detail: String) {
        guard let transfer = active.removeValue(forKey: id), let entry = transfer.entry else { return }
        let response = transfer.response(latencyMilliseconds: entry.latencyMilliseconds, now: secondsSinceEpoch)
        multi?.remove(transfer.easy)
        retire(transfer)
        if let response {
            entry.continuation.resume(returning: .response(response))
        } else {
            reply(to: entry, failure, detail)
        }
    }

    private func retire(_ transfer: Transfer) {
        transfer.end()
        if idle.count < Self.idleTransfersMax { idle.append(transfer) }
    }

    private func reply(to entry: RequestQueue.Entry, _ failure: ClientFailure, _ detail: String) {
        entry.continuation.resume(
            returning: .failure(failure, detail: detail, latencyMilliseconds: entry.latencyMilliseconds))
    }
}
