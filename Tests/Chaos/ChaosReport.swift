import JobCore

/// The text about a chaos run: its faults, counts, every violation with its timeline, and a table of
/// the kinds of faults. Pure.
public struct ChaosReport: Sendable {
    public var plan: ChaosPlan
    public var facts: Facts
    public var verdict: Verdict
    private var timelines: [String: String] = [:]

    init(plan: ChaosPlan, facts: Facts, verdict: Verdict) {
        self.plan = plan
        self.facts = facts
        self.verdict = verdict
    }

    /// A copy with the record's timelines, by execution.
    func adding(_ timelines: [String: String]) -> ChaosReport {
        var report = self
        report.timelines.merge(timelines) { $1 }
        return report
    }

    /// Of violations of the same kind, the first ones are shown.
    private static let shownPerKindMax = 6

    /// The whole text.
    public var text: String {
        let byKind = Dictionary(grouping: verdict.violations, by: \.kind)
        let shown = Violation.Kind.allCases.flatMap { (byKind[$0] ?? []).prefix(Self.shownPerKindMax) }
        let table = FaultTable(facts: facts, violations: verdict.violations).text
        return ([summary] + shown.map(description) + [table]).joined(separator: "\n")
    }

    /// The faults and the counts.
    public var summary: String {
        let faults = facts.disturbances.sorted { $0.begin < $1.begin }.map { "  \(line(of: $0))" }
        let answers = facts.callbacks.flatMap(\.tries).map { $0.answer == 0 ? "no answer" : String($0.answer) }
        let excused = Excuse.allCases.compactMap { excuse in verdict.excused[excuse].map { (excuse.rawValue, $0) } }
        let broken = Self.counts(verdict.violations.map(\.kind.rawValue))
        return """
            chaos: seed \(plan.seed), \(plan.durationMilliseconds / 1_000) s, \(facts.disturbances.count) faults
            \(faults.joined(separator: "\n"))
            \(facts.runs.count) executions: \(Self.text(Self.counts(facts.runs.map(\.end))))
            \(facts.webhooks.count) webhooks, answers to callbacks: \(Self.text(Self.counts(answers)))
            explained by a fault: \(Self.text(excused))
            violations: \(Self.text(broken))
            """
    }

    /// A violation, with what the ledger and the record know about its execution, and the faults around it.
    public func description(of violation: Violation) -> String {
        var lines = [
            "\(violation.kind.rawValue): \(violation.job ?? "-") \(violation.execution ?? "") \(violation.detail)"
        ]
        if let execution = violation.execution {
            lines += events(of: execution).map { "    \($0)" }
            if let timeline = timelines[execution] { lines.append("    record: \(timeline)") }
        }
        if let at = violation.at {
            let near = facts.disturbances.filter {
                $0.begin.adding(milliseconds: -20_000) <= at && at <= $0.end.adding(milliseconds: 30_000)
            }.sorted { $0.begin < $1.begin }
            lines += near.map { "    fault: \(line(of: $0))" }
        }
        return lines.joined(separator: "\n")
    }

    /// The ledger about an execution. Heartbeats that were answered at once are counted only.
    private func events(of execution: String) -> [String] {
        let webhooks = facts.webhooks.filter { $0.execution == execution }.map { webhook in
            (webhook.at, "webhook, attempt \(webhook.attempt), answer \(webhook.status.map(String.init) ?? "none")")
        }
        let tries = facts.callbacks.filter { $0.execution == execution }.flatMap { callback in
            callback.tries.map { request in
                (
                    request.at,
                    (callback.isCopy ? "copy: " : "") + "\(callback.kind.rawValue) to \(request.endpoint): "
                        + "\(request.answer) after "
                        + "\(request.answeredAt.milliseconds(since: request.at)) ms"
                )
            }
        }
        let events = (webhooks + tries).sorted { $0.0 < $1.0 }.map { "\($0.0.rfc3339) \($0.1)" }
        return events.count <= 24 ? events : events.prefix(12) + ["… \(events.count - 24) more"] + events.suffix(12)
    }

    private func line(of disturbance: Facts.Disturbance) -> String {
        "\(disturbance.begin.rfc3339) to \(disturbance.end.rfc3339) \(disturbance.fault)"
    }

    private static func counts(_ names: [String]) -> [(String, Int)] {
        Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private static func text(_ counts: [(String, Int)]) -> String {
        counts.isEmpty ? "none" : counts.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    }
}
