import JSON

/// What an installation used while something was measured.
struct Usage {
    var seconds: Double
    var cpuByProcess: [String: Double]
    var residentByProcess: [String: Double]
    var proportionalByProcess: [String: Double]
    /// Processor time of other processes of the machine: it disturbs what is measured.
    var otherCPUSeconds: Double
    var transactions: Int
    var messages: Int
    var loadAverages: [Double]

    var cpuSeconds: Double { cpuByProcess.values.reduce(0, +) }

    /// As fields of the result. `count` is the number of `unit`s to which it all amounts.
    func fields(per unit: String = "exec", count: Int) -> [String: JSONValue] {
        totals.merging([
            "cpu_us_per_\(unit)": .number((cpuSeconds * 1e6 / Double(count)).rounded(digits: 1)),
            "messages_per_\(unit)": .number((Double(messages) / Double(count)).rounded(digits: 4)),
            "transactions_per_\(unit)": .number((Double(transactions) / Double(count)).rounded(digits: 4)),
        ]) { $1 }
    }

    /// As fields of the result that are not about a number of executions.
    var totals: [String: JSONValue] {
        [
            "cpu_s": .number(cpuSeconds.rounded(digits: 3)),
            "cpu_s_by_process": Self.object(cpuByProcess, digits: 3),
            "rss_mb": .number(residentByProcess.values.reduce(0, +).rounded(digits: 1)),
            "rss_mb_by_process": Self.object(residentByProcess, digits: 1),
            "pss_mb": .number(proportionalByProcess.values.reduce(0, +).rounded(digits: 1)),
            "pss_mb_by_process": Self.object(proportionalByProcess, digits: 1),
            "other_cpu_s": .number(otherCPUSeconds.rounded(digits: 2)),
            "loadavg": .array(loadAverages.map { .number($0.rounded(digits: 2)) }),
        ]
    }

    static func object(_ values: [String: Double], digits: Int) -> JSONValue {
        .object(values.mapValues { .number($0.rounded(digits: digits)) })
    }
}
