internal import CCurl
internal import Threads

/// A libcurl multi handle whose sockets are watched, and whose timer is kept, by the loop of one thread.
///
/// Driven by `curl_multi_socket_action`: the cost of a pass is that of the sockets that are ready, however many
/// transfers are waiting for an answer.
final class CurlMulti {
    // Idle connections kept open over all hosts.
    private static let mostIdleConnections = 512

    private let handle: UnsafeMutableRawPointer
    private let parker: SocketParker
    private var timer: ContinuousClock.Instant?

    init(parker: SocketParker, maxConnectionsPerHost: Int) {
        precondition(CurlLibrary.isReady, "libcurl could not be initialised")
        guard let handle = curl_multi_init() else { preconditionFailure("curl_multi_init: out of memory") }
        self.handle = handle
        self.parker = parker
        _ = belfry_curl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, Self.mostIdleConnections)
        _ = belfry_curl_multi_set_long(handle, CURLMOPT_MAX_HOST_CONNECTIONS, maxConnectionsPerHost)
        let context = Unmanaged.passUnretained(self).toOpaque()
        belfry_curl_multi_set_socket(
            handle,
            { _, descriptor, change, context, _ in
                CurlMulti.from(context)?.socketChanged(descriptor, change)
                return 0
            }, context)
        belfry_curl_multi_set_timer(
            handle,
            { _, milliseconds, context in
                CurlMulti.from(context)?.timer = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
                return 0
            }, context)
    }

    deinit {
        // Closing the idle connections calls back, and there is nobody left to call.
        belfry_curl_multi_set_socket(handle, nil, nil)
        belfry_curl_multi_set_timer(handle, nil, nil)
        curl_multi_cleanup(handle)
    }

    /// When to call `drive` although no socket is ready, if at all.
    var deadline: ContinuousClock.Instant? { timer }

    /// False when libcurl refuses the handle: out of memory.
    func add(_ easy: UnsafeMutableRawPointer) -> Bool {
        curl_multi_add_handle(handle, easy) == CURLM_OK
    }

    func remove(_ easy: UnsafeMutableRawPointer) {
        curl_multi_remove_handle(handle, easy)
    }

    /// Does what the ready sockets and the timer allow, without blocking.
    func drive(_ events: [SocketEvent]) {
        var running: CInt = 0
        for event in events {
            let ready =
                (event.isReadable ? CURL_CSELECT_IN : 0) | (event.isWritable ? CURL_CSELECT_OUT : 0)
                | (event.hasFailed ? CURL_CSELECT_ERR : 0)
            curl_multi_socket_action(handle, event.descriptor, ready, &running)
        }
        if let timer, timer <= .now {
            self.timer = nil
            curl_multi_socket_action(handle, CURL_SOCKET_BAD, 0, &running)
        }
    }

    /// The next transfer that has ended, if any.
    func nextFinished() -> (easy: UnsafeMutableRawPointer, result: CURLcode)? {
        var left: CInt = 0
        while let message = curl_multi_info_read(handle, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            return (easy, belfry_curl_message_result(message))
        }
        return nil
    }

    private func socketChanged(_ descriptor: CInt, _ change: CInt) {
        if change == CURL_POLL_REMOVE {
            parker.forget(descriptor)
        } else {
            parker.watch(
                descriptor, readable: change & CURL_POLL_IN != 0, writable: change & CURL_POLL_OUT != 0)
        }
    }

    /// The object given to libcurl above. It is alive: its deinit takes the callbacks back.
    private static func from(_ context: UnsafeMutableRawPointer?) -> CurlMulti? {
        context.map { Unmanaged<CurlMulti>.fromOpaque($0).takeUnretainedValue() }
    }
}

/// The library's own set-up, once a process.
enum CurlLibrary {
    /// A static is initialised once, whoever asks first; make the first client before other threads use libcurl.
    static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
