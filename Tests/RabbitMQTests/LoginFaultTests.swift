import CRabbitMQ
import Testing

@testable import RabbitMQ

/// Guarantee: a login that fails tells the operator which part of the setting to look at.
@Suite struct LoginFaultTests {
    @Test(arguments: [
        (AMQPFailure("connect", status: AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED.rawValue), LoginFault.unresolved),
        (AMQPFailure("connect", status: AMQP_STATUS_SOCKET_ERROR.rawValue), .notConnected),
        (AMQPFailure("connect", status: AMQP_STATUS_TIMEOUT.rawValue), .timedOut),
        (AMQPFailure("log in", status: AMQP_STATUS_TIMEOUT.rawValue), .timedOut),
        (AMQPFailure("connect", status: AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue), .tls),
        (AMQPFailure("connect", "the file of authorities can't be read"), .tls),
        (AMQPFailure("log in", "ACCESS_REFUSED - Login was refused", replyCode: 403), .credentials),
        (AMQPFailure("log in", "NOT_ALLOWED - vhost a not found", replyCode: 530), .virtualHostMissing),
        (AMQPFailure("log in", "NOT_ALLOWED - access to vhost 'a' refused", replyCode: 530), .virtualHostRefused),
        (AMQPFailure("log in", status: AMQP_STATUS_BAD_AMQP_DATA.rawValue), .other),
        (AMQPFailure("log in", status: AMQP_STATUS_SOCKET_ERROR.rawValue), .other),
    ])
    func `the kind of a failed login is known by its code`(failure: AMQPFailure, fault: LoginFault) {
        #expect(LoginFault(failure, usesTLS: true) == fault)
    }

    @Test func `each kind has its own remedy`() {
        #expect(Set(LoginFault.allCases.map(\.advice)).count == LoginFault.allCases.count)
    }
}
