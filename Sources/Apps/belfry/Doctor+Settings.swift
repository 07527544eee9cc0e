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
        let reads: [(Settings) throws(SettingsError) -> Void] = [
            { settings throws(SettingsError) in _ = try BrokerSettings(settings) },
            { settings throws(SettingsError) in _ = try ServiceBrokerSettings(settings) },
            { settings throws(SettingsError) in _ = try SQSSettings(settings) },
            { settings throws(SettingsError) in _ = try Self.storeURL.value(in: settings) },
            { settings throws(SettingsError) in _ = try Self.signingKeys.optional.value(in: settings) },
            { settings throws(SettingsError) in _ = try AllSettings.healthListen.optional.value(in: settings) },
            { settings throws(SettingsError) in _ = try AllSettings.callbackBaseURL.value(in: settings) },
            { settings throws(SettingsError) in _ = try ManagementAPI.configured() },
            { settings throws(SettingsError) in
                if settings.isGiven(AllSettings.apiKey.row) { _ = try APIOptions.client(settings) }
            },
        ]
        var problems: [String] = []
        for read in reads {
            do { try read(settings) } catch { problems += error.problems.filter { !problems.contains($0) } }
        }
        let given = AllSettings.rows(of: .belfry).filter(settings.isGiven)
        guard problems.isEmpty else {
            return .wrong(
                check, problems.joined(separator: "; "),
                next: "correct them; docs/operations.md, “Configuration”, has the form of each")
        }
        return .ok(check, "\(given.count) of the \(AllSettings.rows(of: .belfry).count) that belfry reads are set")
    }

    /// What a check says whose setting was not given.
    func notGiven(_ check: String, _ row: SettingRow, _ reason: String) -> DoctorFinding {
        .notChecked(check, reason, next: "set \(row.variable)")
    }
}
