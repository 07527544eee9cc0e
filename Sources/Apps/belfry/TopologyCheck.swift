import ArgumentParser
import BrokerAccess
import JSON
import Messaging
import RabbitMQ

/// `belfry topology check`.
struct TopologyCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Prints each difference and the command that repairs it. Exits with 0 if there is none.",
        discussion: """
            With BELFRY_MANAGEMENT_URL it checks everything, otherwise exchanges and queues only. It changes nothing. \
            Unknown queues and exchanges with the prefix are hints, which don't change the exit code.
            """)
    @OptionGroup var brokerOptions: BrokerOptions
    @Flag(help: "Print JSON.") var json = false

    /// What was compared, and what could not be.
    private struct Report {
        var faults: [TopologyFault]
        var hints: [String] = []
        var checked = ["exchanges", "queues"]
        var unchecked: [String] = []

        static let overManagement = [
            "virtual host", "bindings", "policies", "operator policies", "users", "permissions", "topic permissions",
            "limits", "event forks",
        ]
    }

    func run() async throws {
        let report = try await report()
        json ? printJSON(report) : printText(report)
        if !report.faults.isEmpty { throw ExitCode(1) }
    }

    private func report() async throws -> Report {
        let broker = try brokerOptions.broker()
        guard let api = try ManagementAPI.configured() else {
            do {
                let declarer = TopologyDeclarer(options: broker.connection, topology: broker.topology)
                return Report(faults: try declarer.check(), unchecked: Report.overManagement)
            } catch {
                throw Refused(error.description)
            }
        }
        let state = try await api.state(virtualHost: broker.virtualHost)
        var report = Report(
            faults: broker.topology.faults(in: state, virtualHost: broker.virtualHost),
            hints: broker.topology.hints(in: state))
        let (definitions, prefix) = (try await api.definitions(), broker.topology.prefix)
        report.faults += EventFork.allCases.flatMap { fork in
            ForkState(fork, inDefinitions: definitions, virtualHost: broker.virtualHost, prefix: prefix)
                .topologyFaults(prefix: prefix)
        }
        report.checked += Report.overManagement
        return report
    }

    private func printJSON(_ report: Report) {
        func list(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
        Output.line(
            JSONValue.object([
                "faults": .array(report.faults.map(\.json)), "hints": list(report.hints),
                "checked": list(report.checked), "unchecked": list(report.unchecked),
            ]).text)
    }

    /// Faults with the same repair stand together, before its command.
    private func printText(_ report: Report) {
        var repairs: [String] = []
        for fault in report.faults where !repairs.contains(fault.repair) { repairs.append(fault.repair) }
        for repair in repairs {
            for fault in report.faults where fault.repair == repair { Output.line(fault.description) }
            Output.line("  repair: \(repair)")
        }
        if report.faults.isEmpty {
            Output.line(
                report.unchecked.isEmpty
                    ? "The topology is complete." : "The exchanges and queues of the topology are complete.")
        }
        for hint in report.hints { Output.note("hint: \(hint)") }
        if !report.unchecked.isEmpty {
            Output.note("Not checked without BELFRY_MANAGEMENT_URL: \(report.unchecked.joined(separator: ", ")).")
        }
    }
}
