import Foundation
import Messaging
import TestServers
import Testing

@Suite struct `The alert rules for Prometheus` {
    private static func text(_ path: String) throws -> String {
        try String(contentsOfFile: "\(Project.root)/\(path)", encoding: .utf8)
    }

    /// The names of metrics in the sources: the texts that begin with belfry_.
    private static func metrics() throws -> Set<String> {
        let folder = FileManager.default.enumerator(atPath: "\(Project.root)/Sources/")
        let sources = try (folder?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".swift") }.map {
            try text("Sources/\($0)")
        }
        return Set(sources.flatMap { $0.matches(of: /"(belfry_[a-z_]+)"/).map { String($0.1) } })
    }

    @Test func `name metrics of the sources, with labels and values that docs/operations.md has`() throws {
        let metrics = try Self.metrics()
        #expect(metrics.count > 25)
        let page = try Self.text("docs/operations.md").split(separator: "\n")
        for use in try AlertRule.all().flatMap(\.uses) where use.metric.hasPrefix("belfry_") {
            #expect(metrics.contains(use.metric), "\(use.metric)")
            let row = page.first { $0.hasPrefix("| `\(use.metric)` |") } ?? ""
            for (label, values) in use.labels {
                #expect(row.contains("`\(label)`"), "\(use.metric) has no label \(label)")
                for value in values.flatMap({ $0.split(separator: "|") }) where use.metric != Self.outcomes {
                    #expect(row.contains("`\(value)`"), "\(use.metric) has no \(label) \(value)")
                }
            }
        }
    }

    /// Its values are the reasons of failures, which its row does not repeat.
    private static let outcomes = "belfry_executions_finished_total"

    @Test func `have a name, a severity, a summary and a description each, and a row in docs/alerts.md`() throws {
        let rules = try AlertRule.all()
        #expect(rules.count >= 20)
        #expect(Set(rules.map(\.name)).count == rules.count)
        let page = try Self.text("docs/alerts.md")
        for rule in rules {
            #expect(rule.name.hasPrefix("Belfry"), "\(rule.name)")
            #expect(["critical", "warning", "info"].contains(rule.severity), "\(rule.name)")
            #expect(rule.summary?.isEmpty == false, "\(rule.name)")
            #expect(rule.description?.isEmpty == false, "\(rule.name)")
            #expect(page.contains("`\(rule.name)`"), "\(rule.name)")
        }
        let named = page.matches(of: /`(Belfry[A-Z][A-Za-z]+)`/).map { String($0.1) }
        #expect(named.filter { name in !rules.contains { $0.name == name } } == [])
    }

    @Test func `match the queues of the topology that they are about`() throws {
        let topology = Topology(prefix: "belfry")
        let stages = WorkQueue.allCases.map(topology.name(of:))
        func queues(of name: String) throws -> [String] {
            let rule = try #require(try AlertRule.all().first { $0.name == name })
            let use = try #require(rule.uses.first { $0.labels["queue"] != nil })
            let patterns = use.labels["queue"] ?? []
            let wanted = try Regex(patterns[0])
            let unwanted = try patterns.dropFirst().map { try Regex($0) }
            return topology.queues.map(\.name).filter { name in
                name.wholeMatch(of: wanted) != nil && !unwanted.contains { name.wholeMatch(of: $0) != nil }
            }
        }
        #expect(try Set(queues(of: "BelfryQueueWithoutConsumer")) == Set(stages))
        let growing = stages.filter {
            ![WorkQueue.tickerBaton, .deadletterRequests].map(topology.name(of:)).contains($0)
        }
        #expect(try Set(queues(of: "BelfryQueueGrows")) == Set(growing))
        #expect(try queues(of: "BelfryBatonMissing") == [topology.name(of: .tickerBaton)])
        let dead = WorkQueue.allCases.filter { ![.courierDeliveries, .courierBulk].contains($0) }
            .compactMap { $0.deadLetterQueue.map { "belfry.\($0)" } }
        #expect(try Set(queues(of: "BelfryDeadLettersWait")) == Set(dead))
    }
}
