import CRabbitMQ

/// The kinds of reasons why a login to a broker fails. Each has another remedy.
public enum LoginFault: Sendable, CaseIterable {
    case unresolved
    case notConnected
    case timedOut
    case tls
    /// The broker does not accept the user name and password.
    case credentials
    case virtualHostMissing
    /// The user has no rights on the virtual host.
    case virtualHostRefused
    /// What listens there does not speak AMQP, or has another reason.
    case other

    init(_ failure: AMQPFailure, usesTLS: Bool) {
        switch (failure.replyCode, failure.libraryStatus) {
        case (Int(AMQP_ACCESS_REFUSED), _): self = .credentials
        // Both have the same code; RabbitMQ tells them apart only by its text.
        case (Int(AMQP_NOT_ALLOWED), _):
            self = failure.reason.contains("not found") ? .virtualHostMissing : .virtualHostRefused
        case (nil, AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED.rawValue): self = .unresolved
        case (nil, AMQP_STATUS_TIMEOUT.rawValue): self = .timedOut
        case (nil, AMQP_STATUS_SSL_ERROR.rawValue), (nil, AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED.rawValue),
            (nil, AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue), (nil, AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue):
            self = .tls
        case (nil, AMQP_STATUS_SOCKET_ERROR.rawValue) where failure.operation == "connect": self = .notConnected
        // The file of the authorities can't be read.
        case (nil, nil) where usesTLS && failure.operation == "connect": self = .tls
        default: self = .other
        }
    }

    /// What an operator does about it.
    public var advice: String {
        switch self {
        case .unresolved: "correct the host in BELFRY_AMQP_URL, or this machine's DNS"
        case .notConnected: "start RabbitMQ there, or correct host and port in BELFRY_AMQP_URL"
        case .timedOut: "check that firewalls let this machine reach that port, and that RabbitMQ is not overloaded"
        case .tls:
            "check that the port serves TLS, and that its certificate has this host name and is signed by an authority "
                + "in BELFRY_AMQP_CA_FILE"
        case .credentials:
            "correct user name and password in BELFRY_AMQP_URL, or give the user this password (rabbitmqctl "
                + "change_password); guest may log in on the broker's own machine only"
        case .virtualHostMissing:
            "correct the virtual host at the end of BELFRY_AMQP_URL, or create it: belfry topology apply"
        case .virtualHostRefused: "give the user its rights on that virtual host: belfry topology apply"
        case .other: "check that the port is RabbitMQ's for AMQP: 5672, or 5671 with amqps://; its log says more"
        }
    }
}
