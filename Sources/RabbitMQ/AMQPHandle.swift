internal import CRabbitMQ

/// How connections are made.
public struct ConnectionOptions: Sendable {
    /// Tried in turn.
    public var urls: [BrokerURL]
    /// What the broker's own pages call this connection.
    public var name: String
    public var heartbeatSeconds: Int
    /// The certificates that `amqps://` brokers are checked against, PEM.
    public var caFile: String

    public init(
        urls: [BrokerURL], name: String, heartbeatSeconds: Int = 10,
        caFile: String = "/etc/ssl/certs/ca-certificates.crt"
    ) {
        self.urls = urls
        self.name = name
        self.heartbeatSeconds = heartbeatSeconds
        self.caFile = caFile
    }
}

/// Sole owner of one `amqp_connection_state_t` with its channel 1.
///
/// Not copyable, so it is destroyed exactly once; not `Sendable`, so it can't leave the actor that owns it.
struct AMQPHandle: ~Copyable {
    let raw: amqp_connection_state_t
    static let channel: amqp_channel_t = 1
    /// RabbitMQ 4.1 and later refuse less than 8,192.
    private static let frameMaxBytes: CInt = 131_072

    private init(owning raw: amqp_connection_state_t) {
        self.raw = raw
    }

    /// Connects, logs in and opens the channel. Blocks the calling thread for at most about 20 s.
    static func connect(_ url: BrokerURL, options: ConnectionOptions) throws(AMQPFailure) -> AMQPHandle {
        guard let state = amqp_new_connection() else { throw AMQPFailure("connect", "out of memory") }
        let handle = AMQPHandle(owning: state)
        try open(state, url, options)
        try logIn(state, url, options)
        amqp_channel_open(state, channel)
        try AMQPFailure.check("channel.open", amqp_get_rpc_reply(state))
        return handle
    }

    deinit { amqp_destroy_connection(raw) }

    private static func open(
        _ state: amqp_connection_state_t, _ url: BrokerURL, _ options: ConnectionOptions
    ) throws(AMQPFailure) {
        let socket = url.usesTLS ? amqp_ssl_socket_new(state) : amqp_tcp_socket_new(state)
        guard let socket else { throw AMQPFailure("connect", "out of memory") }
        if url.usesTLS {
            let code = amqp_ssl_socket_set_cacert(socket, options.caFile)
            guard code == AMQP_STATUS_OK.rawValue else {
                throw AMQPFailure("connect", "can't read the certificates in \(options.caFile)")
            }
            amqp_ssl_socket_set_verify_peer(socket, 1)
            amqp_ssl_socket_set_verify_hostname(socket, 1)
            _ = amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST)
        }
        var handshake = timeval(tv_sec: 10, tv_usec: 0)
        amqp_set_handshake_timeout(state, &handshake)
        // librabbitmq waits for replies for ever unless told otherwise; on expiry it closes the socket.
        var reply = timeval(tv_sec: 10, tv_usec: 0)
        amqp_set_rpc_timeout(state, &reply)
        var connect = timeval(tv_sec: 5, tv_usec: 0)
        let code = amqp_socket_open_noblock(socket, url.host, CInt(url.port), &connect)
        guard code == AMQP_STATUS_OK.rawValue else { throw AMQPFailure("connect", status: code) }
        belfry_tcp_timeouts(amqp_get_sockfd(state), UInt32(options.heartbeatSeconds) * 3_000)
    }

    private static func logIn(
        _ state: amqp_connection_state_t, _ url: BrokerURL, _ options: ConnectionOptions
    ) throws(AMQPFailure) {
        let reply = try "connection.blocked".withAMQPBytes { (blocked) throws(AMQPFailure) in
            try "consumer_cancel_notify".withAMQPBytes { (cancel) throws(AMQPFailure) in
                try "capabilities".withAMQPBytes { (capabilities) throws(AMQPFailure) in
                    try "connection_name".withAMQPBytes { (nameKey) throws(AMQPFailure) in
                        try options.name.withAMQPBytes { (name) throws(AMQPFailure) in
                            // librabbitmq advertises neither by itself; without them an alarm and a deleted queue
                            // are silent.
                            var able = [
                                amqp_table_entry_t(key: blocked, value: belfry_amqp_field_bool(1)),
                                amqp_table_entry_t(key: cancel, value: belfry_amqp_field_bool(1)),
                            ]
                            return able.withUnsafeMutableBufferPointer { able in
                                var properties = [
                                    amqp_table_entry_t(
                                        key: capabilities,
                                        value: belfry_amqp_field_table(
                                            belfry_amqp_table(able.baseAddress, CInt(able.count)))),
                                    amqp_table_entry_t(key: nameKey, value: belfry_amqp_field_string(name)),
                                ]
                                return properties.withUnsafeMutableBufferPointer { properties in
                                    var table = belfry_amqp_table(properties.baseAddress, CInt(properties.count))
                                    return belfry_amqp_login(
                                        state, url.virtualHost, frameMaxBytes, CInt(options.heartbeatSeconds), &table,
                                        url.user, url.password)
                                }
                            }
                        }
                    }
                }
            }
        }
        do {
            try AMQPFailure.check("log in", reply)
        } catch {
            throw AMQPFailure(
                "log in as “\(url.user)” on virtual host “\(url.virtualHost)”", error.reason, replyCode: error.replyCode
            )
        }
    }
}
