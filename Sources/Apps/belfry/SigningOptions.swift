import ArgumentParser
import Settings
import Signing

/// The option of commands that sign.
struct SigningOptions: ParsableArguments {
    @Option(AllSettings.signingKeys) var signingKeys: String?

    /// Throws ``SettingsError`` if no keys are given or one is invalid.
    func keys() throws -> SigningKeys {
        let settings = Settings(program: .belfry, flags: ["signing-keys": signingKeys])
        return try AllSettings.signingKeys.parsed(SigningKeys.init(parsing:)).value(in: settings)
    }
}
