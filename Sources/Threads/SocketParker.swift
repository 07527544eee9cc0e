import CLinux
import Glibc
import Synchronization

/// Parks in `epoll_wait(2)` on any number of sockets and one eventfd that wakes it.
///
/// One task at a time may wait for events: the loop of the actor on this parker's thread, and on that thread only.
public final class SocketParker: Parker {
    private struct Waiter {
        // A deadline and not a timeout: jobs that wake the thread again and again must not postpone it.
        var deadline: ContinuousClock.Instant
        var continuation: CheckedContinuation<[SocketEvent], Never>
    }

    private struct State {
        var waiter: Waiter?
        // An interrupt that finds no waiter is kept: the loop may be just about to wait.
        var isInterrupted = false
    }

    private static let eventsAtOnceMax = 64

    private let epoll: CInt = belfry_epoll_create()
    private let wakeUp: CInt = belfry_eventfd()
    private let state = Mutex(State())

    public init() {
        precondition(epoll >= 0 && wakeUp >= 0, "no file descriptors left: raise the limit (ulimit -n)")
        _ = belfry_epoll_control(epoll, EPOLL_CTL_ADD, wakeUp, EPOLLIN.rawValue)
    }

    deinit {
        close(epoll)
        close(wakeUp)
    }

    /// Starts watching `descriptor`, or changes what it is watched for.
    public func watch(_ descriptor: CInt, readable: Bool, writable: Bool) {
        let events = (readable ? EPOLLIN.rawValue : 0) | (writable ? EPOLLOUT.rawValue : 0)
        if belfry_epoll_control(epoll, EPOLL_CTL_MOD, descriptor, events) != 0 {
            _ = belfry_epoll_control(epoll, EPOLL_CTL_ADD, descriptor, events)
        }
    }

    /// Stops watching. Call it before the descriptor is closed.
    public func forget(_ descriptor: CInt) {
        _ = belfry_epoll_control(epoll, EPOLL_CTL_DEL, descriptor, 0)
    }

    /// Suspends until a watched socket is ready, `interrupt()` is called, or the time is up. Empty when no socket is
    /// ready.
    public func events(timeoutMilliseconds: CInt) async -> [SocketEvent] {
        await events(until: .now + .milliseconds(Int(timeoutMilliseconds)))
    }

    /// As `events(timeoutMilliseconds:)`, for a loop that keeps its timers as instants.
    public func events(until deadline: ContinuousClock.Instant) async -> [SocketEvent] {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                precondition(state.waiter == nil, "two tasks wait for the events of one parker")
                state.waiter = Waiter(deadline: deadline, continuation: continuation)
            }
        }
    }

    /// Ends the current `events` wait, or makes the next one return at once, and wakes the thread for it. Any thread
    /// may call it. The wait still looks at the sockets, so that frequent interrupts hold up no ready socket.
    public func interrupt() {
        let wasInterrupted = state.withLock { state in
            defer { state.isInterrupted = true }
            return state.isInterrupted
        }
        if !wasInterrupted { wake() }
    }

    /// Wakes the thread only. A task that waits for events goes on waiting.
    public func wake() {
        var one: UInt64 = 1
        _ = write(wakeUp, &one, 8)
    }

    /// Sleeps in `epoll_wait` while a task waits for events, otherwise on the eventfd alone.
    public func park(mayBlock: Bool) {
        let wait = state.withLock { state in state.waiter.map { ($0.deadline, state.isInterrupted) } }
        guard let (deadline, isInterrupted) = wait else {
            if mayBlock { waitForWakeUp() }
            return
        }
        let timeout = mayBlock && !isInterrupted ? Self.milliseconds(until: deadline) : 0
        let events = readyEvents(timeoutMilliseconds: timeout)
        let waiter = state.withLock { state -> Waiter? in
            // Woken for a job only: the job runs first, and the waiter stays for the next park.
            guard !events.isEmpty || state.isInterrupted || deadline <= .now else { return nil }
            defer { (state.waiter, state.isInterrupted) = (nil, false) }
            return state.waiter
        }
        waiter?.continuation.resume(returning: events)
    }

    private func readyEvents(timeoutMilliseconds: CInt) -> [SocketEvent] {
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.eventsAtOnceMax) { ready in
            let count = epoll_wait(epoll, ready.baseAddress, CInt(Self.eventsAtOnceMax), timeoutMilliseconds)
            return socketEvents(ready[..<max(0, Int(count))])
        }
    }

    private func socketEvents(_ ready: Slice<UnsafeMutableBufferPointer<epoll_event>>) -> [SocketEvent] {
        var events: [SocketEvent] = []
        for var event in ready {
            let descriptor = belfry_epoll_fd(&event)
            if descriptor == wakeUp {
                drainWakeUp()
                continue
            }
            events.append(
                SocketEvent(
                    descriptor: descriptor, isReadable: event.events & EPOLLIN.rawValue != 0,
                    isWritable: event.events & EPOLLOUT.rawValue != 0,
                    hasFailed: event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0))
        }
        return events
    }

    /// No task waits for sockets, so a ready one must not end the sleep.
    private func waitForWakeUp() {
        var request = pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0)
        _ = poll(&request, 1, -1)
        drainWakeUp()
    }

    private func drainWakeUp() {
        var drained: UInt64 = 0
        _ = read(wakeUp, &drained, 8)
    }

    /// Rounded up, so that a park never ends just before its deadline only to be repeated.
    private static func milliseconds(until deadline: ContinuousClock.Instant) -> CInt {
        let (seconds, attoseconds) = max(.zero, deadline - .now).components
        let milliseconds = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return CInt(clamping: min(seconds, Int64(CInt.max)) * 1_000 + milliseconds)
    }
}
