import Chaos
import Foundation
import TestServers
import Testing

/// Two of each program under faults, against services whose ledger stands outside the system.
///
/// Guarantees: nothing is lost, doubled, stuck or falsely ended, nothing is delivered after its end, and exclusive runs
/// never overlap. `Scripts/chaos` runs it longer, and with another seed.
@Suite(.serialized, .timeLimit(.minutes(120))) struct ChaosTests {
    private static let variables = ProcessInfo.processInfo.environment

    /// Both, unless `Scripts/chaos` names one.
    private static let stores = variables["BELFRY_CHAOS_STORE"].map { [$0] } ?? ["sqlite", "postgres"]
    /// `Scripts/chaos --nodes 3` has a broker of three nodes.
    private static let nodes = variables["BELFRY_CHAOS_NODES"].flatMap { Int($0) } ?? 1

    @Test(arguments: stores)
    func `under faults nothing is lost, doubled, stuck or falsely ended`(store: String) async throws {
        let plan = ChaosPlan(
            seed: Self.variables["BELFRY_CHAOS_SEED"].flatMap { UInt64($0) } ?? 1,
            seconds: Self.variables["BELFRY_CHAOS_SECONDS"].flatMap { Int64($0) } ?? 60,
            kinds: kinds(Self.variables["BELFRY_CHAOS_FAULTS"] ?? "all", of: store))
        let ports = try ["broker": Project.freePort(), "store": Project.freePort(), "standby": Project.freePort()]
        func proxies(_ servers: String...) -> [TCPProxy] { servers.compactMap { ports[$0] }.map { TCPProxy(to: $0) } }
        // The nodes of a cluster have an address each, and no proxy.
        let proxies: [Fault.Link: [TCPProxy]] = [
            .broker: Self.nodes == 1 ? proxies("broker") : [],
            .store: store == "postgres" ? proxies("store", "standby") : [],
        ]
        let names = [Fault.Link.broker: "BELFRY_STAGES_BROKER_PORT", .store: "BELFRY_STAGES_STORE_PORTS"]
        let proxied = proxies.filter { !$0.value.isEmpty }.map { link, proxies in
            (names[link, default: ""], proxies.map { String($0.port) }.joined(separator: " "))
        }
        let belfry = try await Installation.start(
            "chaos-\(store)", scale: ChaosRun.scale, store: store, standby: store == "postgres", nodes: Self.nodes,
            environment: ChaosRun.environment.merging(proxied) { $1 }
        ) { home in
            for (server, port) in ports {
                try "\(port)\n".write(toFile: "\(home)/\(server)-port", atomically: true, encoding: .utf8)
            }
        }
        let report: ChaosReport
        do {
            report = try await ChaosRun(plan, on: belfry, through: proxies).report()
        } catch {
            try? await belfry.stop()
            throw error
        }
        try await belfry.stop()
        print(report.text)
        #expect(report.facts.runs.count > 100 && !report.facts.disturbances.isEmpty)
        #expect(report.verdict.counts() == [:])
    }

    private func kinds(_ names: String, of store: String) -> Set<Fault.Kind> {
        if names == "all" { return Fault.Kind.possible(store: store, nodes: Self.nodes) }
        return Set(names.split(separator: ",").compactMap { Fault.Kind(rawValue: String($0)) })
    }
}
