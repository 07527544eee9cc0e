import ArgumentParser

struct DeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead", abstract: "Lists, shows, replays, exports and drops dead letters.",
        discussion: """
            A dead letter is a message that no stage could handle. It waits in the dead-letter queue of the work queue \
            that it was in. The way through: list them, peek at one, fix the cause, replay with --dry-run, then replay.

              belfry dead list --queue courier.deliveries
              belfry dead peek ID
              belfry dead replay --reason failing --older-than 10m --dry-run
              belfry dead replay --reason failing --older-than 10m --rate 100
              belfry dead export --reason unreadable --output unreadable.jsonl
              belfry dead drop --reason unreadable

            The commands need an admin key, since letters hold the payloads of all services.
            """,
        subcommands: [List.self, Peek.self, Replay.self, Export.self, Drop.self])
}
