import JSON
import Testing

@testable import JobCore

@Suite("The target of an invocation") struct InvocationTargetTests {
    @Test(arguments: [
        ("orders/created", "orders", "created"), ("orders/", "orders", ""), ("a/b/c", "a", "b/c"),
        ("queue:jobs", "", "jobs"), ("queue:a/b", "", "a/b"), ("queue/key", "queue", "key"),
    ]) func `on RabbitMQ is an exchange with a routing key, or a queue`(text: String, exchange: String, key: String) {
        let address = QueueAddress(text)
        #expect(address?.exchange == exchange && address?.routingKey == key)
    }

    @Test(arguments: ["", "orders", "/created", "queue:"]) func `on RabbitMQ is refused in any other form`(text: String)
    {
        #expect(QueueAddress(text) == nil)
        #expect(
            SampleDocument.faults(["invocation_type": .string("rabbitmq"), "invocation_target": .string(text)]).isEmpty
                == false)
    }

    @Test func `on RabbitMQ is refused by its type where there is no service broker`() {
        let rules = TargetRules(hasServiceBroker: false, pipelinePrefix: "belfry")
        let fault = rules.fault(in: InvocationTarget(kind: .rabbitmq, address: "queue:jobs"))
        #expect(fault?.field == "/invocation_type" && fault?.code == .notAllowed)
    }

    @Test(arguments: [
        "belfry/x", "belfry.callbacks/x", "queue:belfry.courier.deliveries", "queue:belfry", "amq.default/jobs",
        "a\u{7}/x", "a/x\n", "queue:a\u{202E}b", "queue:" + String(repeating: "q", count: 256),
        String(repeating: "é", count: 128) + "/x", "e/" + String(repeating: "k", count: 256),
    ]) func `on RabbitMQ is refused if the pipeline or AMQP can't have it`(text: String) {
        let rules = TargetRules(hasServiceBroker: true, pipelinePrefix: "belfry")
        let fault = rules.fault(in: InvocationTarget(kind: .rabbitmq, address: text))
        #expect(fault?.field == "/invocation_target" && fault?.code == .invalid)
    }

    @Test(arguments: [
        "belfryish/x", "orders/belfry.callbacks", "queue:orders.belfry", "orders/", "amq.topic/a.b",
        "queue:" + String(repeating: "q", count: 255), "é x/ö",
    ]) func `on RabbitMQ may have any other name`(text: String) {
        let rules = TargetRules(hasServiceBroker: true, pipelinePrefix: "belfry")
        #expect(rules.fault(in: InvocationTarget(kind: .rabbitmq, address: text)) == nil)
    }

    @Test(arguments: [
        ("belfry/x", false), ("queue:belfry.courier.deliveries", false), ("other.callbacks/x", false),
        ("orders/created", false), ("orders", true), ("queue:", true), ("amq.default/jobs", true), ("a\u{7}/x", true),
        ("e/" + String(repeating: "k", count: 256), true),
    ]) func `on RabbitMQ is refused without an installation only if each one refuses it`(text: String, isRefused: Bool)
    {
        let target = InvocationTarget(kind: .rabbitmq, address: text)
        #expect((TargetRules.anyInstallation.fault(in: target) != nil) == isRefused)
        guard isRefused else { return }
        #expect(TargetRules(hasServiceBroker: true, pipelinePrefix: "acme").fault(in: target) != nil)
    }

    @Test func `on RabbitMQ takes no header that the broker acts on, and one over HTTP takes them`() {
        let headers: JSONValue = .object(["CC": .string("other"), "x-delay": .string("9"), "Team": .string("a")])
        let faults = SampleDocument.faults([
            "invocation_type": .string("rabbitmq"), "invocation_target": .string("queue:jobs"), "headers": headers,
        ])
        #expect(Set(faults) == ["/headers/CC", "/headers/x-delay"])
        #expect(SampleDocument.faults(["headers": headers]).isEmpty)
    }

    @Test func `has a lane of its own unless it is a URL, which shares that of its origin`() {
        let lanes = [
            (.http, "https://Example.com/a"), (.rabbitmq, "orders/created"), (.rabbitmq, "queue:jobs"),
        ].map { InvocationTarget(kind: $0, address: $1).lane }
        #expect(lanes == ["https://example.com", "rabbitmq orders/created", "rabbitmq queue:jobs"])
    }

    @Test(
        arguments: [
            ("https://a.example/run", "https://a.example/run"), ("https://a.example/?", "https://a.example/?"),
            ("https://a.example/run?key=s3cret&b=1", "https://a.example/run?key=***&b=***"),
            ("https://a.example/run?s3cret", "https://a.example/run?***"),
            ("https://a.example/run?key=a=b?c&&=d", "https://a.example/run?key=***&&=***"),
        ])
    func `a target is shown without the values of its query`(address: String, shown: String) {
        #expect(InvocationTarget(kind: .http, address: address).withMaskedQuery.address == shown)
        let queue = InvocationTarget(kind: .rabbitmq, address: "queue:a?b=c")
        #expect(queue.withMaskedQuery == queue)
    }
}
