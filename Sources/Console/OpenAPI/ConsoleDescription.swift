import OpenAPI

/// The OpenAPI document of the admin API.
enum ConsoleDescription {
    /// All operations, by subject. Each route of `Console.router()` has one here, and the other way round.
    static let topics: [APITopic] = [
        .jobs, .pauses, .executions, .schedules, .services, .deadLetters, .status, .audit, .keys,
    ]

    static let document = APIDescription(
        title: "Belfry: admin API",
        summary: "Jobs, runs and dead letters. Times are in UTC. Answers may get more fields in later versions.",
        needsKey: true, topics: topics)
}
