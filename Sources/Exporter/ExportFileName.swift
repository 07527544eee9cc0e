/// The name of a file: `events-2026-11-27T03Z-NAME-1.jsonl.gz`.
public struct ExportFileName: Sendable, Hashable {
    /// What is behind the name while the file is being written.
    public static let partSuffix = ".part"

    public var kind: ExportKind
    /// The text of its hour.
    public var hour: String
    public var exporter: ExporterName
    /// An exporterd gives no number twice.
    public var number: Int64

    public init(kind: ExportKind, hour: ExportHour, exporter: ExporterName, number: Int64) {
        (self.kind, self.hour, self.exporter, self.number) = (kind, hour.text, exporter, number)
    }

    /// Reads the name of a file that is complete or, with `.part`, is not. Nil if it has another form.
    public init?(parsing text: String) {
        let form = #/(rejected|events)-(\d{4}-\d\d-\d\dT\d\dZ)-(.+)-([1-9]\d{0,17})\.jsonl\.gz(?:\.part)?/#
        guard let match = text.wholeMatch(of: form), let kind = ExportKind(rawValue: String(match.1)),
            let exporter = ExporterName(String(match.3)), let number = Int64(match.4)
        else { return nil }
        (self.kind, hour, self.exporter, self.number) = (kind, String(match.2), exporter, number)
    }

    /// The name of the complete file.
    public var text: String { "\(kind.rawValue)-\(hour)-\(exporter.text)-\(number).jsonl.gz" }
}
