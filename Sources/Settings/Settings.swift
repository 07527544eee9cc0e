public import Foundation

/// The settings a program was given: flags first, then the environment and the files that it names, then defaults.
///
/// A program reads all that it needs in one call, before it opens anything, and so reports every problem at once:
///
///     let (broker, networks, inFlight) = try settings.all(
///         BrokerSettings.init, AllSettings.allowedNetworks.parsed(CIDRBlock.list).value, AllSettings.inFlight.value)
public struct Settings: Sendable {
    public let program: Program
    private let flags: [String: String]
    private let environment: [String: String]

    /// `flags` holds what was given on the command line, by the settings' names.
    public init(
        program: Program, flags: [String: String?],
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.program = program
        self.flags = flags.compactMapValues { $0 }
        self.environment = environment
    }

    /// Reads several values. Throws the problems of all of them at once.
    public func all<each Value>(
        _ read: repeat (Settings) throws(SettingsError) -> each Value
    ) throws(SettingsError) -> (repeat each Value) {
        let results = (repeat result(each read))
        var problems: [String] = []
        for result in repeat each results {
            if case .failure(let error) = result { problems += error.problems }
        }
        guard problems.isEmpty else { throw SettingsError(problems) }
        return (repeat try (each results).get())
    }

    private func result<Value>(
        _ read: (Settings) throws(SettingsError) -> Value
    ) -> Result<Value, SettingsError> {
        do {
            return .success(try read(self))
        } catch {
            return .failure(error)
        }
    }

    func text(of row: SettingRow) throws(SettingsError) -> String? {
        if let flag = flags[row.name] {
            guard Self.withoutPasswords(flag) == flag else {
                throw SettingsError(
                    "\(row.flag) has a password in it, which other users would see in the list of processes; "
                        + "set \(row.variables.joined(separator: " or "))")
            }
            return flag
        }
        if let text = try secretFile(of: row) ?? environment[row.variable] { return text }
        switch row.fallback {
        case .none: return nil
        case .text(let text): return text
        case .prefixed(let prefix, let other): return "\(prefix)\(try other.value(in: self))"
        }
    }

    /// Whether the setting was given a value, be it the default's.
    public func isGiven(_ row: SettingRow) -> Bool {
        flags[row.name] != nil || row.variables.contains { environment[$0] != nil }
    }

    /// The text of the file that a variable of the setting names; nil without such a variable.
    private func secretFile(of row: SettingRow) throws(SettingsError) -> String? {
        guard let variable = row.fileVariable, let path = environment[variable] else { return nil }
        guard environment[row.variable] == nil else {
            throw SettingsError("\(row.variable) and \(variable) are both set: keep one of them")
        }
        do {
            return try SecretFile.text(at: path)
        } catch {
            throw SettingsError("\(variable) names \(path.isEmpty ? "no file" : path), which \(error)")
        }
    }

    /// The names in messages about a value of the setting.
    func label(of row: SettingRow) -> String {
        guard flags[row.name] == nil, let variable = row.fileVariable, environment[variable] != nil else {
            return row.label
        }
        return variable
    }

    /// All settings of the program by name, without secrets and passwords, for its first log line.
    public var summary: [String: String] {
        let pairs = AllSettings.rows(of: program).map { row in
            (row.name, (try? text(of: row)).map { row.isSecret ? "***" : Self.withoutPasswords($0) } ?? "unset")
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    /// The text with `***` for the passwords of the URLs in it, which are separated by commas.
    public static func withoutPasswords(_ text: String) -> String {
        // A password may have an unencoded “/”, “@” or “,” in it by mistake. Rather too much is left out than too
        // little, up to the beginning of the next URL.
        text.replacing(#/(://[^:/@,]*):(?:(?!,\w+://).)*@/#) { "\($0.1):***@" }
    }
}
