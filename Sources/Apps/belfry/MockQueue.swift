import BrokerAccess
import Commands
import JSON
import Messaging
import RabbitMQ
import Settings

/// A mock of a service that reads its invocations from a queue of the service broker; see ``MockCommand``.
struct MockQueue: Sendable {
    private static let prefetch = 100

    let player: MockPlayer
    let behaviour: MockBehaviour
    private let queue: ServiceQueue

    /// `options` are those of the service broker.
    init(_ name: String, options: ConnectionOptions, player: MockPlayer, behaviour: MockBehaviour) {
        self.player = player
        self.behaviour = behaviour
        queue = ServiceQueue(
            options: options, name: name, prefetch: Self.prefetch, logger: OutputLogHandler.logger)
    }

    /// Takes messages until it is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await queue.run() }
            while let messages = try? await queue.next(limit: Self.prefetch) {
                for message in messages {
                    guard let invocation = MockInvocation(body: message.body, headers: message.headers) else {
                        Output.line(JSONValue.object(["event": .string("unreadable"), "id": .null]).text)
                        continue
                    }
                    player.note(invocation, event: "message")
                    group.addTask { await player.begin(invocation, behaviour) }
                }
                await queue.acknowledge(messages.map(\.tag))
            }
        }
    }
}
