import ArgumentParser
import BrokerAccess
import JSON
import Messaging
import RabbitMQ

/// `belfry topology apply`.
struct TopologyApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Creates exchanges, queues and bindings; with BELFRY_MANAGEMENT_URL also policies and users.")
    @OptionGroup var brokerOptions: BrokerOptions
    @Flag(
        help: """
            Also remove bindings and rights that should not be there, and replace exchanges and empty queues that are \
            different. Needs BELFRY_MANAGEMENT_URL. “belfry topology check” says what that changes.
            """)
    var replace = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let broker = try brokerOptions.broker()
        let declarer = TopologyDeclarer(options: broker.connection, topology: broker.topology)
        guard let api = try ManagementAPI.configured() else {
            guard !replace else {
                throw ValidationError("--replace works over the management API: set BELFRY_MANAGEMENT_URL")
            }
            do {
                try declarer.apply()
            } catch {
                throw Refused(error.description)
            }
            report(isComplete: false)
            Output.note(
                """
                Policies and users can't be created over AMQP. Set BELFRY_MANAGEMENT_URL, or have an administrator run:
                  belfry topology print > definitions.json && rabbitmqctl import_definitions definitions.json
                """)
            return
        }
        let host = broker.virtualHost
        if replace {
            let faults = broker.topology.faults(in: try await api.state(virtualHost: host), virtualHost: host)
            try await api.replace(faults.compactMap(\.correction), broker.topology, virtualHost: host) { queue in
                try declarer.deleteUnusedQueue(queue)
            }
        } else {
            try await api.apply(broker.topology, virtualHost: host)
        }
        report(isComplete: true)
    }

    private func report(isComplete: Bool) {
        let text =
            isComplete
            ? "The topology is applied, including policies and users." : "Exchanges, queues and bindings are applied."
        let answer = JSONValue.object(["applied": .bool(true), "policies_and_users": .bool(isComplete)])
        Output.line(json ? answer.text : text)
    }
}
