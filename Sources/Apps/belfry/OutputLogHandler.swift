import Logging

/// Writes log lines from `warning` on to standard error, by way of ``Output``: the store logs rows that it can't read,
/// with their names.
struct OutputLogHandler: LogHandler {
    var logLevel = Logger.Level.warning
    var metadata: Logger.Metadata = [:]

    /// A logger that writes this way.
    static var logger: Logger { Logger(label: "belfry") { _ in OutputLogHandler() } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        Output.failure(["\(event.message)" + fields.map { " \($0.key)=\($0.value)" }.joined()])
    }
}
