import BrokerAccess
import Commands
import Settings
import Signing
import StoreAccess

extension Doctor {
    static let storeURL = AllSettings.storeURL.parsed(StoreURL.init(parsing:))
    static let signingKeys = AllSettings.signingKeys.parsed(SigningKeys.init(parsing:))

    /// Whether each setting that this program reads has the form that it needs.
    func settingsFinding() -> DoctorFinding {
        let check = "settings"
        do {
            _ = try settings.all(
                BrokerSettings.init, ServiceBrokerSettings.init, SQSSettings.init, Self.storeURL.value,
                Self.signingKeys.optional.value, AllSettings.healthListen.optional.value,
                AllSettings.callbackBaseURL.value, ManagementAPI.configured(_:), Self.checkAPI)
        } catch {
            return .wrong(
                check, error.problems.joined(separator: "; "),
                next: "correct them; docs/operations.md, “Configuration”, has the form of each")
        }
        let given = AllSettings.rows(of: .belfry).filter(settings.isGiven)
        return .ok(check, "\(given.count) of the \(AllSettings.rows(of: .belfry).count) that belfry reads are set")
    }

    private static func checkAPI(_ settings: Settings) throws(SettingsError) {
        if settings.isGiven(AllSettings.apiKey.row) { _ = try APIOptions.client(settings) }
    }

    /// What a check says whose setting was not given.
    func notGiven(_ check: String, _ row: SettingRow, _ reason: String) -> DoctorFinding {
        .notChecked(check, reason, next: "set \(row.variable)")
    }
}
