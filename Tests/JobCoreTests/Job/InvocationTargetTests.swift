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

    @Test func `has a lane of its own unless it is a URL, which shares that of its origin`() {
        let lanes = [
            (.http, "https://Example.com/a"), (.rabbitmq, "orders/created"), (.rabbitmq, "queue:jobs"),
        ].map { InvocationTarget(kind: $0, address: $1).lane }
        #expect(lanes == ["https://example.com", "rabbitmq orders/created", "rabbitmq queue:jobs"])
    }
}
