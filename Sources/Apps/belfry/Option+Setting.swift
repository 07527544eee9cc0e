import ArgumentParser
import Settings

extension Option where Value == String? {
    /// The flag of a setting.
    init<Parsed>(_ setting: Setting<Parsed>) {
        self.init(
            name: .customLong(setting.row.name), help: "\(setting.row.help) [\(setting.row.variable)]",
            transform: Arguments.notEmpty)
    }
}
