import ArgumentParser
import Settings

extension Option where Value == String? {
    /// The flag of a setting.
    init<Parsed>(_ setting: Setting<Parsed>) {
        self.init(
            name: .customLong(setting.row.name), help: "\(setting.row.help) [\(setting.row.variable)]",
            completion: Self.completion(setting.row.name), transform: Arguments.notEmpty)
    }

    private static func completion(_ name: String) -> CompletionKind? {
        if name.hasSuffix("-file") { return .file() }
        return name == AllSettings.tzdir.row.name ? .directory : nil
    }
}
