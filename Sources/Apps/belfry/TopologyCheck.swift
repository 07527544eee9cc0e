import ArgumentParser
import JSON
import Messaging

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

    func run() async throws {
        let report = try await TopologyReport(of: brokerOptions.broker())
        json ? printJSON(report) : printText(report)
        if !report.faults.isEmpty { throw ExitCode(1) }
    }

    private func printJSON(_ report: TopologyReport) {
        func list(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
        Output.line(
            JSONValue.object([
                "faults": .array(report.faults.map(\.json)), "hints": list(report.hints),
                "checked": list(report.checked), "unchecked": list(report.unchecked),
            ]).text)
    }

    /// Faults with the same repair stand together, before its command.
    private func printText(_ report: TopologyReport) {
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
