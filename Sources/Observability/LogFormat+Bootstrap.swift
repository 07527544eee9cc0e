import Foundation
import JobCore
public import Logging
public import Settings

extension LogFormat {
    /// Makes every logger of this process write this way to standard error, from `level` on. Call it once.
    public func bootstrap(level: Logger.Level) {
        LoggingSystem.bootstrap { label in LineLogHandler(label: label, format: self, logLevel: level) }
    }
}

private struct LineLogHandler: LogHandler {
    var label: String
    var format: LogFormat
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
        if let own = event.metadata { fields.merge(own) { $1 } }
        let line = LogLine(
            time: SystemTime().now().rfc3339, level: event.level, program: label, message: "\(event.message)",
            fields: fields)
        let text =
            switch format {
            case .text: line.text
            case .json: line.json
            }
        // One write a line, so that lines of several processes in one file don't mix. A log that can't be written (a
        // full disk, a reader that has gone) must not end the work.
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }
}
