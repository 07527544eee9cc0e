import JSON
import JobCore

/// The body of a request that pauses something: why, and until when. A request without a body gives neither.
struct PauseDocument {
    var note: String?
    var until: Instant?

    /// Bytes of the body: the longest note with every byte escaped, and more than enough for the rest.
    static let bytesMax = 16 * 1_024
    static let noteBytesMax = 1_024

    /// Reads the body of a request at `now`. Throws all mistakes together.
    init(parsing body: [UInt8]?, now: Instant) throws(InvalidDocument) {
        guard let body else { return }
        guard case .object(let fields) = try JSONValue.parse(body) else { throw .notAnObject }
        var reader = DocumentReader(fields)
        note = reader.string("note", bytesMax: Self.noteBytesMax)
        until = Self.until(&reader, now: now)
        reader.refuseUnknownFields()
        guard reader.errors.isEmpty else { throw InvalidDocument(reader.errors) }
    }

    /// RFC 3339, or milliseconds since 1970; after `now`.
    private static func until(_ reader: inout DocumentReader, now: Instant) -> Instant? {
        guard let value = reader.any("until") else { return nil }
        let hint = "Give a time after now such as 2030-01-31T08:00:00Z, or leave it out for no end."
        let given: Instant? =
            switch value {
            case .string(let text): Instant(rfc3339: text)
            default: value.wholeNumber.map(Instant.init(millisecondsSinceEpoch:))
            }
        guard let given else {
            reader.report("until", .invalid, "is not a time", hint: hint)
            return nil
        }
        guard given > now, Instant.recordable.contains(given) else {
            let fault = given > now ? "is after the year 9999 (UTC)" : "is not in the future"
            reader.report("until", .outOfRange, fault, hint: hint)
            return nil
        }
        return given
    }
}
