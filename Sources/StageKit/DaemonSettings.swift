public import Logging
public import Settings

/// The settings of every daemon: `--health-listen`, `--log-level`, `--log-format`, and with schedules `--tzdir`.
public struct DaemonSettings: Sendable {
    public let program: Program
    /// Where `/healthz`, `/readyz` and `/metrics` are served; nil for nowhere.
    public let healthAddress: ListenAddress?
    public let logLevel: Logger.Level
    public let logFormat: LogFormat
    /// The folder of the time zones; nil for a daemon without schedules.
    public let tzdir: String?
    /// All settings of the program by name, without secrets, for the first log line.
    let summary: [String: String]

    /// Throws the problems of all of them at once.
    public init(_ settings: Settings) throws(SettingsError) {
        let folder: String
        (healthAddress, logLevel, logFormat, folder) = try settings.all(
            AllSettings.healthListen.optional.value, AllSettings.logLevel.value, AllSettings.logFormat.value,
            AllSettings.tzdir.value)
        tzdir = AllSettings.tzdir.row.readBy.contains(settings.program) ? folder : nil
        program = settings.program
        summary = settings.summary
    }
}
