import ArgumentParser

/// Measures single operations of the code that every execution passes, in this process and without an installation.
@main
struct Micro: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "micro")

    @Argument(help: "Only the benchmarks whose names contain this text.") var filter: String = ""

    func run() async throws {
        let all =
            try MessageBenchmarks.all() + ExecutionBenchmarks.all() + SigningBenchmarks.all()
            + ScheduleBenchmarks.all() + LaneBenchmarks.all() + StoreBenchmarks.all()
        let chosen = all.filter { filter.isEmpty || $0.name.contains(filter) }
        guard !chosen.isEmpty else { throw ValidationError("no benchmark has “\(filter)” in its name") }
        for benchmark in chosen { try await benchmark.measure() }
    }
}
