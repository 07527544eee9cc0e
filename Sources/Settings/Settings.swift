public import Foundation

/// The settings a program was given: flags first, then the environment, then defaults.
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
                        + "set \(row.variable)")
            }
            return flag
        }
        if let variable = environment[row.variable] { return variable }
        switch row.fallback {
        case .none: return nil
        case .text(let text): return text
        case .prefixed(let prefix, let other): return "\(prefix)\(try other.value(in: self))"
        }
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
