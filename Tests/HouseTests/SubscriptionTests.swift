import Testing

/// Every consumer gets its messages from `Settlement.subscribe`, which refuses those that the header `CC` or `BCC` led
/// to its queue.
enum SubscriptionRule {
    /// The settlement itself, and the brokers, which know no stage.
    private static let exceptions = ["Sources/StageKit/Settlement.swift", "Sources/RabbitMQ/", "Sources/SQS/"]

    static func offenders(in source: SourceText) -> [String] {
        guard !exceptions.contains(where: { source.path.hasPrefix($0) }) else { return [] }
        return source.code.enumerated().filter { $0.element.contains("subscribe(to") }.map {
            "\(source.place($0.offset + 1)): subscribes past Settlement"
        }
    }
}

@Suite struct `A stage` {
    @Test func `consumes its queues by way of its settlement`() {
        expectNone(SourceTree.sources.filter { $0.module != "Messaging" }.flatMap(SubscriptionRule.offenders))
    }

    @Test func `that does not is found`() {
        let text = "let a = await broker.subscribe(to: .dispatcherDue, prefetch: 1)"
        #expect(SubscriptionRule.offenders(in: SourceText(text, path: "Sources/Ticker/A.swift")).count == 1)
        #expect(SubscriptionRule.offenders(in: SourceText(text, path: "Sources/RabbitMQ/A.swift")).isEmpty)
    }
}
