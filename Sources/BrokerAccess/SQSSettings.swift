public import JobCore
public import Settings

/// The settings of SQS.
public struct SQSSettings: Sendable {
    /// Where requests go instead of to AWS; nil for AWS.
    public let endpoint: String?
    /// The region of queue URLs that name none; nil if the environment decides.
    public let region: String?
    /// The queue from which callbacks are taken; nil without one.
    public let callbackQueue: SQSQueueURL?

    /// Throws the first problem.
    public init(_ settings: Settings) throws(SettingsError) {
        let endpoint = try Self.endpoint(settings)
        self.endpoint = endpoint
        region = try AllSettings.awsRegion.parsed(Self.region).optional.value(in: settings)
        callbackQueue = try AllSettings.sqsCallbackQueueURL.parsed { text in
            do throws(SQSQueueURL.Fault) {
                return try SQSQueueURL(text, endpoint: endpoint)
            } catch {
                throw SettingsError("the URL \(error)")
            }
        }.optional.value(in: settings)
    }

    /// The endpoint alone, for programs that only judge the URLs of queues.
    public static func endpoint(_ settings: Settings) throws(SettingsError) -> String? {
        try AllSettings.sqsEndpoint.parsed { text in
            if let fault = TargetURL.fault(in: text) { throw SettingsError("the URL \(fault)") }
            if text.contains("?") { throw SettingsError("the URL has a query") }
            return text
        }.optional.value(in: settings)
    }

    private static func region(_ text: String) throws -> String {
        guard SQSQueueURL.isRegion(text) else { throw SettingsError("\"\(text)\" is no region") }
        return text
    }
}
