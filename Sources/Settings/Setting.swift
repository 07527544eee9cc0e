/// One setting: its flag, variable, default, check, help text and row of the documented table, all from one value.
///
///     static let inFlight = Setting(
///         "in-flight", readBy: [.courierd], default: 3_000, range: 1...10_000,
///         meaning: "Deliveries that one process holds at once.")
///
/// `--in-flight` is its flag and `BELFRY_IN_FLIGHT` its variable. A secret has no flag, and may be in a file that its
/// second variable names: `BELFRY_SIGNING_KEYS_FILE`. A value that fails the check
/// is an error such as
/// `--in-flight (BELFRY_IN_FLIGHT) is invalid: "0" is not a whole number from 1 to 10000`.
public struct Setting<Value: Sendable>: Sendable {
    public let row: SettingRow
    private let parse: @Sendable (String) throws -> Value
    /// The value when none is given and there is no default; nil for a setting that is required.
    private let absent: Value?

    private init(row: SettingRow, absent: Value?, parse: @escaping @Sendable (String) throws -> Value) {
        self.row = row
        self.absent = absent
        self.parse = parse
    }

    init(
        _ name: String, readBy: [Program], default fallback: SettingRow.Default = .none,
        secrecy: SettingRow.Secrecy = .open,
        form: String, meaning: String, parse: @escaping @Sendable (String) -> Value?
    ) {
        let row = SettingRow(
            name: name, readBy: readBy, meaning: meaning, form: form, fallback: fallback, secrecy: secrecy)
        self.init(row: row, absent: nil) { text in
            guard let value = parse(text) else { throw SettingsError("\"\(text)\" is not \(form)") }
            return value
        }
    }

    /// The value from the flag, else the variable or the file that it names, else the default.
    public func value(in settings: Settings) throws(SettingsError) -> Value {
        guard let text = try settings.text(of: row) else {
            guard let absent else { throw SettingsError("\(row.label) is required: give \(row.form)") }
            return absent
        }
        do {
            return try parse(text)
        } catch {
            throw SettingsError("\(settings.label(of: row)) is invalid: \(error)")
        }
    }

    /// The same setting with a value that a program makes of the text; what `convert` throws is the problem.
    public func parsed<Parsed>(
        _ convert: @escaping @Sendable (Value) throws -> Parsed
    ) -> Setting<Parsed> {
        Setting<Parsed>(row: row, absent: nil) { [parse, form = row.form] text in
            let value = try parse(text)
            do {
                return try convert(value)
            } catch {
                throw SettingsError("\(error); give \(form)")
            }
        }
    }

    /// The same setting for a program that does without: nil when it is not given.
    public var optional: Setting<Value?> {
        Setting<Value?>(row: row, absent: .some(nil)) { [parse] in try parse($0) }
    }
}

extension Setting<String> {
    init(
        _ name: String, readBy: [Program], default fallback: SettingRow.Default = .none,
        secrecy: SettingRow.Secrecy = .open,
        form: String, meaning: String
    ) {
        self.init(
            name, readBy: readBy, default: fallback, secrecy: secrecy, form: form, meaning: meaning, parse: { $0 })
    }
}

extension Setting<Int64> {
    /// Without a default it is for programs that do without (`optional`).
    init(
        _ name: String, readBy: [Program], default fallback: Int64? = nil, range: ClosedRange<Int64>, meaning: String
    ) {
        let form = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        self.init(
            name, readBy: readBy, default: fallback.map { .text(String($0)) } ?? .none, form: form,
            meaning: "\(meaning) It is \(form)."
        ) { text in Int64(text).flatMap { range.contains($0) ? $0 : nil } }
    }
}

extension Setting<ListenAddress> {
    init(_ name: String, readBy: [Program], default fallback: SettingRow.Default = .none, meaning: String) {
        self.init(
            name, readBy: readBy, default: fallback, form: "host:port, such as 127.0.0.1:8080", meaning: meaning,
            parse: { ListenAddress($0) })
    }
}

extension Setting where Value: CaseIterable & RawRepresentable<String> {
    /// A setting that is one of a few words.
    init(_ name: String, readBy: [Program], default fallback: Value, meaning: String) {
        let words = Value.allCases.map(\.rawValue)
        let form = words.dropLast().joined(separator: ", ") + " or " + words.suffix(1).joined()
        self.init(
            name, readBy: readBy, default: .text(fallback.rawValue), form: form, meaning: "\(meaning) It is \(form).",
            parse: { Value(rawValue: $0) })
    }
}
