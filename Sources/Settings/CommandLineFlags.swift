/// The flags of a daemon, which are its settings: `--name value` or `--name=value`.
public struct CommandLineFlags: Sendable, Equatable {
    /// By the settings' names.
    public let values: [String: String?]

    /// Reads the arguments behind the program's name. Throws every one that is no flag of the program or has no value.
    public init(_ arguments: some Sequence<String>, of program: Program) throws(SettingsError) {
        let rows = AllSettings.rows(of: program)
        var values: [String: String?] = [:]
        var problems: [String] = []
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0].dropFirst(2))
            guard argument.hasPrefix("--"), let row = rows.first(where: { $0.name == name }) else {
                problems.append("\(parts[0]) is not a flag of \(program.rawValue), see \(program.rawValue) --help")
                continue
            }
            guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
                problems.append("\(argument) needs a value")
                continue
            }
            guard !row.isSecret else {
                // The value was taken, so that no message shows it.
                problems.append(row.secretFlagFault)
                continue
            }
            values[name] = value
        }
        guard problems.isEmpty else { throw SettingsError(problems) }
        self.values = values
    }

    /// The text of `--help`.
    public static func help(of program: Program, abstract: String) -> String {
        let flags = AllSettings.rows(of: program).map { row in
            """
              \(row.isSecret ? "" : "\(row.flag) VALUE, ")\(row.variables.joined(separator: ", "))
                  \(row.help)
                  Default: \(row.shownDefault.replacing("`", with: ""))
            """
        }
        return """
            \(abstract)

            Usage: \(program.rawValue) [--FLAG VALUE]…

            A flag comes before its variable, and a variable before the default. Keys and passwords are taken from
            variables, or from files that variables named …_FILE name: other users see flags in the list of processes.

            \(flags.joined(separator: "\n"))
            """
    }
}
