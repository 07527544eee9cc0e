import ArgumentParser
import BrokerAccess
import Commands
import JSON
import Messaging
import RabbitMQ

extension ForksCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the forks: whether they are enabled, what they hold, and what differs.")
        @OptionGroup var brokerOptions: BrokerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let api = try ForksCommand.managementAPI()
            let broker = try brokerOptions.broker()
            let prefix = broker.topology.prefix
            let definitions = try await api.definitions()
            let lines = try EventFork.allCases.map { fork in
                let state = ForkState(
                    fork, inDefinitions: definitions, virtualHost: broker.virtualHost, prefix: prefix)
                let counts = try fork.queueName(prefix: prefix).flatMap { try ForksCommand.counts(of: $0, broker) }
                return ForkLine(state: state, messages: counts?.messages, consumers: counts?.consumers)
            }
            if json { return Output.line(JSONValue.array(lines.map(\.json)).text) }
            Output.table(
                ["FORK", "ENABLED", "MESSAGES", "CONSUMERS", "KEEPS", "PUBLISHES TO", "DIFFERENCES"], lines.map(\.cells)
            )
        }
    }
}
