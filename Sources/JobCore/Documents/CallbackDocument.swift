import JSON

/// Reads the JSON of a callback, both from the callback endpoint and from a service that publishes its callbacks.
///
/// ```json
/// {"status": "processing", "progress": 40, "extend_seconds": 600}
/// {"status": "success", "summary": "3 invoices", "state": "page 7", "correlation_id": "c-1"}
/// {"status": "fail", "summary": "gave up", "error": "the bank did not answer"}
/// ```
public enum CallbackDocument {
    /// Bytes of a correlation id.
    private static let correlationIDBytesMax = 1_024

    /// Reads a callback. A field that is `null` counts as absent.
    ///
    /// Throws all mistakes together.
    public static func parse(_ bytes: [UInt8]) throws(InvalidDocument) -> Callback {
        guard bytes.count <= Limits.callbackBytesMax else {
            throw InvalidDocument(
                [
                    FieldError(
                        field: "", code: .tooLong, message: "The body has \(bytes.count) bytes.",
                        hint: "Give at most \(Limits.callbackBytesMax).")
                ],
                isUnreadable: true)
        }
        guard case .object(let fields) = try JSONValue.parse(bytes) else {
            throw .notAnObject
        }
        var reader = DocumentReader(fields)
        let callback = read(&reader, bytes)
        reader.refuseUnknownFields()
        guard let callback, reader.errors.isEmpty else { throw InvalidDocument(reader.errors) }
        return callback
    }

    private static func read(_ reader: inout DocumentReader, _ bytes: [UInt8]) -> Callback? {
        let status = reader.requiredString("status", bytesMax: 64, hint: "Give processing, success or fail.")
        switch status {
        case nil: return nil
        case "processing":
            let progress = reader.integer("progress", in: 0...100)
            let extend = reader.integer("extend_seconds", in: 1...Limits.ttlSecondsMax)
            ignore(["summary", "state", "error", "correlation_id"], &reader)
            return .processing(progress: progress.map(Int.init), extendSeconds: extend)
        case "success":
            var outcome = readOutcome(&reader)
            outcome.state = reader.string("state", bytesMax: Limits.callbackBytesMax)
            ignore(["error"], &reader)
            return .success(outcome)
        case "fail":
            var outcome = readOutcome(&reader)
            outcome.error = readError(&reader, bytes)
            ignore(["state"], &reader)
            return .fail(outcome)
        case let other?:
            reader.report("status", .notAllowed, "is “\(other)”", hint: "Give processing, success or fail.")
            return nil
        }
    }

    /// The predecessor's schema has these fields for every status. What means nothing there is ignored.
    private static func ignore(_ fields: [String], _ reader: inout DocumentReader) {
        for field in fields { _ = reader.any(field) }
    }

    private static func readOutcome(_ reader: inout DocumentReader) -> Outcome {
        ignore(["progress", "extend_seconds"], &reader)
        return Outcome(
            summary: reader.string("summary", bytesMax: Limits.callbackBytesMax),
            correlationID: reader.string("correlation_id", bytesMax: correlationIDBytesMax))
    }

    /// Reads a string, or any object, which is kept as JSON text: its numbers and names as they were sent.
    private static func readError(_ reader: inout DocumentReader, _ bytes: [UInt8]) -> String? {
        switch reader.any("error") {
        case nil: return nil
        case .string(let text): return text.replacing("\0", with: "")
        case .object: return (try? JSONValue.source(of: "error", in: bytes)) ?? nil
        case let other?:
            reader.report("error", .wrongType, "is \(other.kind)", hint: "Give a string or an object.")
            return nil
        }
    }
}
