import ArgumentParser
import BrokerAccess
import Foundation
import JobCore
import SQS
import Settings

/// The options of commands that use SQS. The credentials are those of the environment.
struct SQSOptions: ParsableArguments {
    @Option(AllSettings.sqsEndpoint) var sqsEndpoint: String?
    @Option(AllSettings.awsRegion) var awsRegion: String?
    @Option(AllSettings.sqsCallbackQueueURL) var sqsCallbackQueueURL: String?

    private static let connections = 64

    /// Throws ``SettingsError`` with the first problem.
    func settings() throws -> SQSSettings {
        try SQSSettings(
            Settings(
                program: .belfry,
                flags: [
                    "sqs-endpoint": sqsEndpoint, "aws-region": awsRegion,
                    "sqs-callback-queue-url": sqsCallbackQueueURL,
                ]))
    }

    /// A client, whose `run` keeps the connections.
    static func client(_ settings: SQSSettings) -> SQSClient {
        SQSClient(
            name: "sqs", maxConnectionsPerHost: connections,
            environment: AWSEnvironment(variables: ProcessInfo.processInfo.environment), region: settings.region,
            time: SystemTime())
    }
}
