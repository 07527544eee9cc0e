import JobCore
import Logging
import SQS

/// Runs `body` with a client that has these variables and static credentials, and ends it.
func withSQSClient(
    _ variables: [String: String] = [:], time: any TimeSource = SystemTime(),
    _ body: (SQSClient) async throws -> Void
) async throws {
    let keys = ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "the-secret"]
    let client = SQSClient(
        name: "test-sqs", maxConnectionsPerHost: 8,
        environment: AWSEnvironment(variables: keys.merging(variables) { $1 }), region: nil, time: time)
    try await withThrowingTaskGroup { group in
        group.addTask { await client.run() }
        try await body(client)
        group.cancelAll()
    }
}

/// Runs `body` with a server that gives these answers, and a subscription to a queue there.
func withSubscription(
    _ answers: [ScriptedServer.Answer], _ time: any TimeSource, _ logger: Logger = Logger(label: "test"),
    _ body: (ScriptedServer, SQSSubscription) async throws -> Void
) async throws {
    try await ScriptedServer.with(answers) { server in
        let queue = try SQSQueueURL("\(server.url)/123456789012/callbacks", endpoint: server.url)
        try await withSQSClient(time: time) { client in
            let subscription = SQSSubscription(
                client: client, queue: queue, exchange: "x", attributes: [], time: time, logger: logger)
            try await body(server, subscription)
        }
    }
}
