import Foundation
import JSON
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
        let time = SystemTime().now().rfc3339
        let line =
            switch format {
            case .text: text(time, event.level, "\(event.message)", fields)
            case .json: json(time, event.level, "\(event.message)", fields)
            }
        // One write a line, so that lines of several processes in one file don't mix. A log that can't be written (a
        // full disk, a reader that has gone) must not end the work.
        try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }

    private func text(_ time: String, _ level: Logger.Level, _ message: String, _ fields: Logger.Metadata) -> String {
        let pairs = fields.sorted { $0.key < $1.key }.map { key, value in
            let value = Self.oneLine("\(value)")
            return value.contains(" ") || value.isEmpty ? " \(key)=\"\(value)\"" : " \(key)=\(value)"
        }
        return "\(time) \(level) \(label): \(Self.oneLine(message))\(pairs.joined())"
    }

    private func json(_ time: String, _ level: Logger.Level, _ message: String, _ fields: Logger.Metadata) -> String {
        var object = ["time": time, "level": "\(level)", "program": label, "message": message]
        for (key, value) in fields { object[key] = "\(value)" }
        return JSONValue.object(object.mapValues(JSONValue.string)).text
    }

    /// What others wrote must not make lines of its own.
    private static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }
}
