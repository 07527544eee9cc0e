import NIOCore

/// A callback that a `FastService` posts.
struct PostedCallback {
    var url: CallbackURL
    /// True for `processing`, false for `success`.
    var isHeartbeat = false
    /// When it was to be sent: the wait for a connection is part of its answer's time.
    let postedAt = NIODeadline.now()

    private static let success = ByteBuffer(string: #"{"status":"success","summary":"done"}"#)
    private static let heartbeat = ByteBuffer(string: #"{"status":"processing"}"#)

    var body: ByteBuffer { isHeartbeat ? Self.heartbeat : Self.success }
}
