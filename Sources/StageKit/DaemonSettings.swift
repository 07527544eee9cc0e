public import Logging
public import Settings

/// The settings of every daemon: `--health-listen`, `--log-level`, `--log-format`.
public struct DaemonSettings: Sendable {
    public let program: Program
    /// Where `/healthz`, `/readyz` and `/metrics` are served; nil for nowhere.
    public let healthAddress: ListenAddress?
    public let logLevel: Logger.Level
    public let logFormat: LogFormat
    /// All settings of the program by name, without secrets, for the first log line.
    let summary: [String: String]

    /// Throws the problems of all of them at once.
    public init(_ settings: Settings) throws(SettingsError) {
        (healthAddress, logLevel, logFormat) = try settings.all(
            AllSettings.healthListen.optional.value, AllSettings.logLevel.value, AllSettings.logFormat.value)
        program = settings.program
        summary = settings.summary
    }
}
