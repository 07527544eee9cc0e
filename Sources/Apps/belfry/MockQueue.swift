import Commands
import JSON
import Messaging

/// A mock of a service that reads its invocations from a queue; see ``MockCommand``.
struct MockQueue: Sendable {
    /// The most messages that it takes at a time.
    static let batchMax = 100

    let queue: any InvocationQueue
    let player: MockPlayer
    let behaviour: MockBehaviour

    /// Takes messages until it is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await queue.run() }
            while let messages = try? await queue.next(limit: Self.batchMax) {
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
