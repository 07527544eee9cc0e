import JobCore
import Messaging

/// The messages of an execution, as they are written and read.
enum MessageBenchmarks {
    static func all() throws -> [MicroBenchmark] {
        let (delivery, accepted) = (Samples.delivery(), Samples.accepted)
        let received = CallbackReceived(
            executionID: accepted.executionID, receivedAt: Samples.answeredAt, body: Samples.callback)
        let inboundDelivery = Samples.inbound(OutboundMessage(delivery))
        let inboundAccepted = Samples.inbound(OutboundMessage(accepted))
        let inboundReceived = Samples.inbound(OutboundMessage(received))
        let webhook = WebhookBody(
            request: delivery, callbackURL: "https://belfry.example.com/callback/v1.main.token",
            now: Samples.answeredAt)
        return [
            MicroBenchmark("message: encode DeliveryRequested") { MicroBenchmark.keep(OutboundMessage(delivery)) },
            MicroBenchmark("message: decode DeliveryRequested") {
                MicroBenchmark.keep(try DeliveryRequested(reading: inboundDelivery))
            },
            MicroBenchmark("message: encode DeliveryAccepted") { MicroBenchmark.keep(OutboundMessage(accepted)) },
            MicroBenchmark("message: decode DeliveryAccepted") {
                MicroBenchmark.keep(try inboundAccepted.decoded(as: DeliveryAccepted.self))
            },
            MicroBenchmark("message: encode CallbackReceived") { MicroBenchmark.keep(OutboundMessage(received)) },
            MicroBenchmark("message: decode CallbackReceived") {
                MicroBenchmark.keep(try CallbackReceived(reading: inboundReceived))
            },
            MicroBenchmark("document: decode a success callback") {
                MicroBenchmark.keep(try CallbackDocument.parse(Samples.callback))
            },
            MicroBenchmark("document: decode a heartbeat") {
                MicroBenchmark.keep(try CallbackDocument.parse(Samples.heartbeat))
            },
            MicroBenchmark("document: encode a webhook body") {
                MicroBenchmark.keep(try MessageCoder.encode(webhook))
            },
        ]
    }
}
