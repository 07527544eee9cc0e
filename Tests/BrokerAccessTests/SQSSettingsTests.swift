import BrokerAccess
import JobCore
import Settings
import Testing

@Suite struct `The settings of SQS` {
    private static func settings(_ variables: [String: String]) throws -> SQSSettings {
        try SQSSettings(Settings(program: .ingesterd, flags: [:], environment: variables))
    }

    @Test func `are all optional`() throws {
        let settings = try Self.settings([:])
        #expect(settings.endpoint == nil && settings.region == nil && settings.callbackQueue == nil)
    }

    @Test func `accept a callback queue at AWS and at the endpoint`() throws {
        let aws = "https://sqs.eu-west-1.amazonaws.com/123456789012/callbacks"
        #expect(try Self.settings(["BELFRY_SQS_CALLBACK_QUEUE_URL": aws]).callbackQueue?.text == aws)
        let local = try Self.settings([
            "BELFRY_SQS_ENDPOINT": "http://127.0.0.1:5000", "BELFRY_AWS_REGION": "eu-west-1",
            "BELFRY_SQS_CALLBACK_QUEUE_URL": "http://127.0.0.1:5000/123456789012/callbacks",
        ])
        #expect(local.callbackQueue?.requestURL == "http://127.0.0.1:5000/" && local.region == "eu-west-1")
    }

    @Test(arguments: [
        ("BELFRY_SQS_ENDPOINT", "127.0.0.1:5000"), ("BELFRY_SQS_ENDPOINT", "http://a/?b"),
        ("BELFRY_AWS_REGION", "europe"),
        ("BELFRY_SQS_CALLBACK_QUEUE_URL", "https://example.com/123456789012/callbacks"),
    ]) func `are refused by name if they are wrong`(variable: String, value: String) {
        let error = #expect(throws: SettingsError.self) { try Self.settings([variable: value]) }
        #expect(error?.problems.joined().contains(variable) == true)
    }
}
