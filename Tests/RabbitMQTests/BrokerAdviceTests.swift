import Testing

@testable import RabbitMQ

/// Guarantee: what a log tells an operator to do can be done on the broker that it is about.
@Suite struct BrokerAdviceTests {
    @Test(arguments: [
        (BrokerAdvice.pipeline, 403, "its own broker user"), (.pipeline, 404, "`belfry topology apply`"),
        (.pipeline, 406, "`belfry topology check`"), (.pipeline, 530, "the virtual host exists"),
        (.services, 403, "password in BELFRY_SERVICE_AMQP_URL, and the user's permissions"),
        (.services, 404, "exists on the virtual host of BELFRY_SERVICE_AMQP_URL"),
        (.services, 530, "virtual host of BELFRY_SERVICE_AMQP_URL exists"),
        (.forks, 403, "this fork uses its own broker user"), (.forks, 404, "`belfry forks enable`"),
        (.forks, 530, "the virtual host exists"), (.subscribers, 403, "(docs/events/README.md)"),
        (.subscribers, 404, "Belfry's exchange of events"), (.subscribers, 530, "the virtual host exists"),
    ])
    func `a refusal is followed by what to do about it`(advice: BrokerAdvice, code: Int, text: String) {
        let failure = AMQPFailure("log in", "refused", replyCode: code)
        let line = failure.description(with: advice)
        #expect(line.hasPrefix("log in: refused; ") && line.contains(text), "\(line)")
    }

    @Test(arguments: [403, 404, 406, 530])
    func `the service broker has no topology of ours to apply, and no user of a stage`(code: Int) {
        let line = AMQPFailure("log in", "refused", replyCode: code).description(with: .services)
        #expect(!line.contains("topology") && !line.contains("stage") && !line.contains("Belfry"), "\(line)")
    }

    @Test(arguments: [403, 404, 530])
    func `a subscriber to events is not sent to the service broker`(code: Int) {
        let line = AMQPFailure("log in", "refused", replyCode: code).description(with: .subscribers)
        #expect(!line.contains("BELFRY_SERVICE_AMQP_URL"), "\(line)")
    }

    @Test(arguments: BrokerAdvice.allCases, [nil, 320, 541])
    func `a failure that shows nothing to do stands alone`(advice: BrokerAdvice, code: Int?) {
        let failure = AMQPFailure("connect", "request timed out", replyCode: code)
        #expect(failure.description(with: advice) == "connect: request timed out")
    }
}
