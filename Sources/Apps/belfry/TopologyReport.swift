import BrokerAccess
import Messaging
import RabbitMQ

/// What was compared of a topology, and what could not be.
struct TopologyReport {
    var faults: [TopologyFault]
    var hints: [String] = []
    var checked = ["exchanges", "queues"]
    var unchecked: [String] = []

    private static let overManagement = [
        "virtual host", "bindings", "policies", "operator policies", "users", "permissions", "topic permissions",
        "limits", "event forks",
    ]

    /// Compares over the management API, or over AMQP if `BELFRY_MANAGEMENT_URL` is not set. Changes nothing.
    init(of broker: BrokerSettings) async throws {
        guard let api = try ManagementAPI.configured() else {
            let result = await Doctor.blocking { () -> Result<[TopologyFault], Refused> in
                do throws(TopologyDeclarer.Refusal) {
                    return .success(
                        try TopologyDeclarer(options: broker.connection, topology: broker.topology).check())
                } catch {
                    return .failure(Refused(error.description))
                }
            }
            (faults, unchecked) = (try result.get(), Self.overManagement)
            return
        }
        let state = try await api.state(virtualHost: broker.virtualHost)
        let (definitions, prefix) = (try await api.definitions(), broker.topology.prefix)
        faults = broker.topology.faults(in: state, virtualHost: broker.virtualHost)
        faults += EventFork.allCases.flatMap { fork in
            ForkState(fork, inDefinitions: definitions, virtualHost: broker.virtualHost, prefix: prefix)
                .topologyFaults(prefix: prefix)
        }
        hints = broker.topology.hints(in: state)
        checked += Self.overManagement
    }
}
