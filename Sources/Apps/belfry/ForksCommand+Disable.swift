import ArgumentParser
import BrokerAccess
import Commands
import Foundation
import JSON
import Messaging
import RabbitMQ

extension ForksCommand {
    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes a fork's user, binding, queue and policy, with the events in the queue.")
        @OptionGroup var brokerOptions: BrokerOptions
        @Argument(
            help: "archive, replay or storage.", completion: .choices(of: EventFork.self), transform: Arguments.choice)
        var fork: EventFork
        @Flag(help: "Remove it without a question, although the queue holds events.") var yes = false
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let api = try ForksCommand.managementAPI()
            let broker = try brokerOptions.broker()
            let present = ForkTopology(fork, ForkOptions(fork), prefix: broker.topology.prefix)
            if let queue = present.queue, !yes {
                let counts = try ForksCommand.counts(of: queue.name, broker)
                if let counts, counts.messages > 0 {
                    try ForksCommand.ask(
                        "\(queue.name) holds \(fork == .archive ? "about " : "")\(counts.messages) events, which are "
                            + "removed with it")
                }
            }
            try await api.disable(present, virtualHost: broker.virtualHost)
            ForksCommand.report(fork, isEnabled: false, json: json)
        }
    }

    /// Says what was done with a fork.
    static func report(_ fork: EventFork, isEnabled: Bool, json: Bool) {
        let answer = JSONValue.object(["fork": .string(fork.rawValue), "enabled": .bool(isEnabled)])
        Output.line(json ? answer.text : "\(fork.rawValue) is \(isEnabled ? "enabled" : "disabled").")
    }

    /// Asks on a terminal whether to go on. Throws ``Refused`` if not.
    static func ask(_ text: String) throws {
        guard isatty(STDIN_FILENO) == 1 else { throw Refused("\(text): give --yes") }
        Output.note("\(text). Type yes to go on:")
        guard readLine() == "yes" else { throw Refused("nothing is changed") }
    }

    /// What a queue holds; nil if it is not there. Throws ``Refused`` when no broker answers.
    static func counts(of queue: String, _ broker: BrokerSettings) throws -> QueueProbe.Counts? {
        do throws(QueueProbe.Refusal) {
            return try QueueProbe(options: broker.connection).counts(of: queue)
        } catch {
            throw Refused(error.description)
        }
    }
}
