import JobCore
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
