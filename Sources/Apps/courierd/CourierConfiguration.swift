import BrokerAccess
import HTTPClient
import JobCore
import Settings
import Signing
import StageKit

/// The settings of courierd.
struct CourierConfiguration {
    let daemon: DaemonSettings
    let broker: BrokerSettings
    let serviceBroker: ServiceBrokerSettings
    let keys: SigningKeys
    let allowedNetworks: [CIDRBlock]
    /// The beginning of `callback_url`.
    let callbackBaseURL: String
    let sqs: SQSSettings
    let inFlight: Int64
    /// Nil if couriers don't share what a target takes.
    let targetInFlight: Int64?
    let redeliverAfterSeconds: Int64

    /// Throws the problems of all of them at once.
    init(_ settings: Settings) throws(SettingsError) {
        (
            daemon, broker, serviceBroker, keys, allowedNetworks, callbackBaseURL, sqs, inFlight, targetInFlight,
            redeliverAfterSeconds
        ) = try settings.all(
            DaemonSettings.init, BrokerSettings.init, ServiceBrokerSettings.init,
            AllSettings.signingKeys.parsed(SigningKeys.init(parsing:)).value,
            AllSettings.allowedNetworks.parsed(Self.networks).value,
            AllSettings.callbackBaseURL.parsed(Self.publicURL).value, SQSSettings.init, AllSettings.inFlight.value,
            AllSettings.targetInFlight.optional.value,
            AllSettings.redeliverAfterSeconds.value)
    }

    private static func networks(_ text: String) throws -> [CIDRBlock] {
        try text.split(separator: ",").map { try CIDRBlock(String($0)) }
    }

    private static func publicURL(_ text: String) throws -> String {
        if let fault = TargetURL.fault(in: text) { throw SettingsError("the URL \(fault)") }
        return text
    }
}
