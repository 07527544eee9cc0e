import CRabbitMQ

/// Sole owner of one `amqp_connection_state_t` with one channel.
///
/// Not copyable, so it is destroyed exactly once; not `Sendable`, so it can't leave the actor that owns it. One
/// channel at a time: librabbitmq 0.11 loses frames of one channel while it reads a message on another.
struct AMQPHandle: ~Copyable {
    static let firstChannel: amqp_channel_t = 1
    /// librabbitmq keeps some 128 KiB for each channel number until the connection ends.
    static let channelsMax: amqp_channel_t = 256
    /// RabbitMQ 4.1 and later refuse less than 8,192.
    private static let frameBytesMax: CInt = 131_072

    let raw: amqp_connection_state_t
    private(set) var channel = firstChannel
    /// Numbers the connections of one owner, for the tags of the messages that they deliver.
    let epoch: UInt64
    var arena = AMQPArena()
    var reader: FrameReader
    /// The messages that are not sent yet.
    var frames: PublishFrames
    let usesTLS: Bool
    /// Whether the socket waits to fill its packets.
    var isCorked = false
    /// Why the channel or the connection ended, behind events that were read with it: the next read throws it.
    var unreportedFailure: AMQPFailure?

    private init(owning raw: amqp_connection_state_t, epoch: UInt64, usesTLS: Bool) {
        self.raw = raw
        self.epoch = epoch
        self.usesTLS = usesTLS
        reader = FrameReader(epoch: epoch)
        frames = PublishFrames(frameBytesMax: Int(Self.frameBytesMax))
    }

    deinit { amqp_destroy_connection(raw) }

    /// Connects, logs in and opens the channel. Blocks the calling thread for at most about 20 s.
    static func connect(
        _ url: BrokerURL, options: ConnectionOptions, epoch: UInt64 = 0
    ) throws(AMQPFailure) -> AMQPHandle {
        guard let raw = amqp_new_connection() else { throw AMQPFailure("connect", "out of memory") }
        var handle = AMQPHandle(owning: raw, epoch: epoch, usesTLS: url.usesTLS)
        try handle.openSocket(url, options)
        try handle.logIn(url, options)
        handle.frames = PublishFrames(frameBytesMax: Int(amqp_get_frame_max(handle.raw)))
        amqp_channel_open(raw, firstChannel)
        try handle.checkReply("channel.open")
        return handle
    }

    /// Tells the broker that its `channel.close` has arrived. Until then it keeps the channel.
    func acknowledgeClose(of channel: amqp_channel_t) throws(AMQPFailure) {
        var closed = amqp_channel_close_ok_t()
        let method = amqp_method_number_t(AMQP_CHANNEL_CLOSE_OK_METHOD)
        try AMQPFailure.check("channel.close-ok", status: amqp_send_method(raw, channel, method, &closed))
    }

    /// Opens the channel again that the broker has closed because of what was asked of it. Waits for its reply.
    mutating func reopenChannel() throws(AMQPFailure) {
        try acknowledgeClose(of: channel)
        reader = FrameReader(epoch: epoch)
        discardUnsent()
        unreportedFailure = nil
        amqp_channel_open(raw, channel)
        try checkReply("channel.open")
    }

    /// Goes on with a channel of the next number, and waits for the reply about that one only: while a queue has no
    /// majority, the channel that has published to it may not answer either. What the broker still sends on the old
    /// channel is passed over. No number comes twice, since the broker may not have closed that channel yet. Throws
    /// when there are no more numbers: a new connection begins from the first.
    mutating func replaceChannel() throws(AMQPFailure) {
        let brokersMax = amqp_channel_t(clamping: amqp_get_channel_max(raw))
        guard channel < Self.channelsMax, brokersMax == 0 || channel < brokersMax else {
            throw AMQPFailure(
                "channel.open",
                "\(channel) channels were used, of which all but the last were left without a confirm; check that "
                    + "every quorum queue has its majority")
        }
        arena.empty()
        var close = amqp_channel_close_t(
            reply_code: UInt16(AMQP_REPLY_SUCCESS), reply_text: arena.lend("done"), class_id: 0, method_id: 0)
        let method = amqp_method_number_t(AMQP_CHANNEL_CLOSE_METHOD)
        try AMQPFailure.check("channel.close", status: amqp_send_method(raw, channel, method, &close))
        channel += 1
        reader = FrameReader(epoch: epoch)
        discardUnsent()
        unreportedFailure = nil
        amqp_channel_open(raw, channel)
        try checkReply("channel.open")
    }

    /// The socket, to be watched for frames.
    var descriptor: CInt { amqp_get_sockfd(raw) }

    /// Throws unless the last call that waited for the broker's reply got the normal one.
    func checkReply(_ operation: String) throws(AMQPFailure) {
        try AMQPFailure.check(operation, amqp_get_rpc_reply(raw))
    }

    private func openSocket(_ url: BrokerURL, _ options: ConnectionOptions) throws(AMQPFailure) {
        let socket = url.usesTLS ? amqp_ssl_socket_new(raw) : amqp_tcp_socket_new(raw)
        guard let socket else { throw AMQPFailure("connect", "out of memory") }
        if url.usesTLS {
            guard amqp_ssl_socket_set_cacert(socket, options.caFile) == AMQP_STATUS_OK.rawValue else {
                throw AMQPFailure(
                    "connect", "the file of certificate authorities, \(options.caFile), can't be read as PEM")
            }
            amqp_ssl_socket_set_verify_peer(socket, 1)
            amqp_ssl_socket_set_verify_hostname(socket, 1)
            // The library would accept TLS 1.0 and 1.1.
            _ = amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST)
        }
        var connectTimeout = timeval(tv_sec: options.connectSecondsMax, tv_usec: 0)
        var replyTimeout = timeval(tv_sec: options.answerSecondsMax, tv_usec: 0)
        amqp_set_handshake_timeout(raw, &replyTimeout)
        // Without this the library waits for a reply for ever. When the time is up it closes the socket.
        amqp_set_rpc_timeout(raw, &replyTimeout)
        try AMQPFailure.check(
            "connect", status: amqp_socket_open_noblock(socket, url.host, CInt(url.port), &connectTimeout))
        belfry_tcp_timeouts(descriptor, UInt32(options.heartbeatSeconds) * 3_000)
    }

    private mutating func logIn(_ url: BrokerURL, _ options: ConnectionOptions) throws(AMQPFailure) {
        arena.empty()
        // librabbitmq advertises neither capability. Without the first, an alarm is silent; without the second, the
        // deletion of a queue is.
        var properties = arena.lend([
            "capabilities": .table(["connection.blocked": .bool(true), "consumer_cancel_notify": .bool(true)]),
            "connection_name": .text(options.name),
        ])
        let reply = belfry_amqp_login(
            raw, url.virtualHost, Self.frameBytesMax, CInt(options.heartbeatSeconds), &properties, url.user,
            url.password)
        try AMQPFailure.check("log in as “\(url.user)” on virtual host “\(url.virtualHost)”", reply)
    }
}
