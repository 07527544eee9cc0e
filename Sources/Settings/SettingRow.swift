/// The part of a setting that is text: its row of the table in docs/operations.md and its lines in `--help`.
public struct SettingRow: Sendable {
    /// Where the value comes from when neither the flag nor the variable is given.
    public indirect enum Default: Sendable {
        case none
        case text(String)
        /// The value of another setting, with a prefix.
        case prefixed(String, Setting<ListenAddress>)
    }

    /// How much of a value is a secret.
    public enum Secrecy: Sendable {
        case open
        /// A URL that may have a password in it. With a password it is no flag.
        case mayHavePassword
        /// All of it. There is no flag.
        case secret
    }

    /// As in the flag: `amqp-url`.
    public let name: String
    public let readBy: [Program]
    /// Sentences, with code in backticks.
    public let meaning: String
    /// What a value looks like, for the sentence about one that is invalid: `host:port, such as 127.0.0.1:8080`.
    public let form: String
    public let fallback: Default
    public let secrecy: Secrecy

    public var flag: String { "--\(name)" }
    public var variable: String { "BELFRY_" + name.uppercased().replacing("-", with: "_") }

    /// True keeps the value out of logs and off the command line.
    public var isSecret: Bool { secrecy == .secret }
    /// The variable that names a file with the value, as secrets of containers and of systemd are given. Nil for a
    /// setting that holds no secret.
    public var fileVariable: String? { secrecy == .open ? nil : variable + "_FILE" }
    /// The names of the variables.
    var variables: [String] { [variable] + (fileVariable.map { [$0] } ?? []) }

    /// The names of the setting in messages.
    var label: String { isSecret ? variable : "\(flag) (\(variable))" }

    /// The mistake of a secret that is given as a flag.
    public var secretFlagFault: String {
        "\(flag) is not a flag: other users would see its value in the list of processes; "
            + "set \(variables.joined(separator: " or "))"
    }

    /// `meaning` for a terminal.
    public var help: String { meaning.replacing("`", with: "") }

    /// The default as Markdown.
    var shownDefault: String {
        switch fallback {
        case .none, .text(""): "none"
        case .text(let text): "`\(text)`"
        case .prefixed(let prefix, let other): "`\(prefix)` and the value of `\(other.row.variable)`"
        }
    }
}
