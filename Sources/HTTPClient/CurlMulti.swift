import CCurl
import Threads

/// A libcurl multi handle. Its sockets are watched by a `SocketParker`; its timer is `deadline`, for the loop to keep.
///
/// Driven by `curl_multi_socket_action`: a pass costs as much as the sockets that are ready, whatever the number of
/// transfers that wait for a response.
final class CurlMulti {
    // Idle connections that are kept open, all hosts together.
    private static let idleConnectionsMax = 512
    // A static is initialised once, by the first thread that reads it. Make the first client before any other thread
    // uses libcurl.
    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let handle: UnsafeMutableRawPointer
    private let parker: SocketParker
    private var timer: ContinuousClock.Instant?

    init(parker: SocketParker, maxConnectionsPerHost: Int) {
        precondition(Self.isLibraryReady, "libcurl could not be initialised")
        guard let handle = curl_multi_init() else { preconditionFailure("curl_multi_init: out of memory") }
        self.handle = handle
        self.parker = parker
        _ = belfry_curl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, Self.idleConnectionsMax)
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
        // Closing the idle connections would call back into this object, which is gone.
        belfry_curl_multi_set_socket(handle, nil, nil)
        belfry_curl_multi_set_timer(handle, nil, nil)
        curl_multi_cleanup(handle)
    }

    /// When `drive` must be called although no socket is ready; nil when it need not.
    var deadline: ContinuousClock.Instant? { timer }

    /// Starts a transfer. False when libcurl refuses the handle: out of memory.
    func add(_ easy: UnsafeMutableRawPointer) -> Bool {
        curl_multi_add_handle(handle, easy) == CURLM_OK
    }

    /// Ends a transfer, finished or not. The handle can then be used again.
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

    /// The next finished transfer, if any. It must be removed.
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

    /// The object behind a callback's context. It exists: its deinit removes the callbacks.
    private static func from(_ context: UnsafeMutableRawPointer?) -> CurlMulti? {
        context.map { Unmanaged<CurlMulti>.fromOpaque($0).takeUnretainedValue() }
    }
}
