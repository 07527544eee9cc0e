// A subscriber to Belfry's events, with Belfry's own consumer: it prints a line for each execution that has finished.
//
// It declares a queue of its own and binds it to the exchange belfry.events. The events wait in the queue while the
// subscriber is down. An event may come twice, so it does nothing about one whose id it knows.
//
// Settings, by environment variables:
//   AMQP_URL  the broker of Belfry, with the user belfry-subscriber. Scripts/up calls it BELFRY_EVENTS_AMQP_URL.
//   QUEUE     the name of the queue (belfry.subscriber.example-swift). It begins with belfry.subscriber.
//   BINDING   the routing keys of the events, as a topic exchange takes them (execution.finished.#)

import Foundation
import Logging
import Messaging
import RabbitMQ

/// The fields that this subscriber uses. There are more: see docs/events.
struct Event: Decodable {
    struct Execution: Decodable {
        var executionID: String
        var serviceName: String
        var jobName: String
        var status: String
        var reason: String?

        enum CodingKeys: String, CodingKey {
            case executionID = "execution_id"
            case serviceName = "service_name"
            case jobName = "job_name"
            case status, reason
        }
    }

    var schema: String
    var id: String
    var occurredAt: String
    var execution: Execution

    enum CodingKeys: String, CodingKey {
        case schema, id
        case occurredAt = "occurred_at"
        case execution
    }
}

/// Prints a line at once, even if the output is a file.
func note(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }

struct Subscriber {
    /// The ids of the events that were handled. A real subscriber keeps them in its database, with what it makes of the
    /// events; this one remembers the latest 10,000.
    private var done: Set<String> = []
    private var order: [String] = []

    /// Your work goes here.
    private func handle(_ event: Event) {
        let run = event.execution
        let reason = run.reason.map { " (\($0))" } ?? ""
        note("\(event.occurredAt) \(run.serviceName)/\(run.jobName) \(run.executionID): \(run.status)\(reason)")
    }

    mutating func take(_ message: InboundMessage) {
        guard let event = try? JSONDecoder().decode(Event.self, from: Data(message.body)) else {
            return note("ignored a message that can't be read")
        }
        // Fields may be added to this form. Any other change would give it another name.
        guard event.schema == "belfry.event/1" else { return note("ignored an event of the form \(event.schema)") }
        guard done.insert(event.id).inserted else { return note("\(event.id): ignored a repeat") }
        handle(event)
        order.append(event.id)
        if order.count > 10_000 { done.remove(order.removeFirst()) }
    }
}

@main
struct Example {
    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let url = try? BrokerURL(parsing: environment["AMQP_URL", default: ""]) else {
            let line = "set AMQP_URL to the broker of Belfry: amqp://belfry-subscriber:PASSWORD@HOST:PORT/\n"
            FileHandle.standardError.write(Data(line.utf8))
            exit(1)
        }
        let binding = ServiceQueue.Binding(
            exchange: "belfry.events", routingKey: environment["BINDING", default: "execution.finished.#"])
        // A quorum queue, which is kept on several nodes of the broker. When it has a million messages, it takes no
        // more: the broker's disk must not fill up while this subscriber is down. Such events are lost for it.
        let queue = ServiceQueue(
            options: ConnectionOptions(urls: [url], name: "example"),
            ofSubscriber: environment["QUEUE", default: "belfry.subscriber.example-swift"], bindings: [binding],
            messagesMax: 1_000_000, prefetch: 100, logger: Logger(label: "example"))
        // The connection, which is made again after a loss.
        let connection = Task { await queue.run() }
        defer { connection.cancel() }

        var subscriber = Subscriber()
        while true {
            for message in try await queue.next(limit: 100) {
                subscriber.take(message)
                // Only now the broker may forget the message. If this process dies before, the message comes again.
                await queue.acknowledge([message.tag])
            }
        }
    }
}
