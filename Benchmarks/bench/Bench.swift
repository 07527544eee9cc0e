import ArgumentParser

/// Measures a running installation. `Scripts/bench` starts one and runs this program with its settings. `search` needs
/// none.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        subcommands: [
            Strike.self, Trickle.self, History.self, Registered.self, Heartbeats.self, Idle.self, SlowTarget.self,
            DeadTargets.self, FairShare.self, Search.self, StandaloneService.self,
        ])
}
