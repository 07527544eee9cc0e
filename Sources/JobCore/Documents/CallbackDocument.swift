/// The JSON of a callback, as the door takes it and as a service may publish it.
public enum CallbackDocument {
    /// The longest callback that is read, in bytes.
    public static let maxBytes = 256 * 1_024

    /// Reads a callback. Throws everything that is wrong with it, at once. null is allowed for every optional field.
    public static func parse(_ bytes: [UInt8]) throws(InvalidDocument) -> Callback {
        guard bytes.count <= maxBytes else {
            throw InvalidDocument(
                [
                    FieldError(
                        field: "", code: .tooLong, message: "The body has \(bytes.count) bytes.",
                        hint: "At most \(maxBytes).")
                ],
                isUnreadable: true)
        }
        guard case .object(let fields) = try JSONValue.parse(bytes) else {
            throw InvalidDocument(
                [
                    FieldError(
                        field: "", code: .wrongType, message: "The body is not an object.",
                        hint: "Send one JSON object.")
                ],
                isUnreadable: true)
        }
        var reader = DocumentReader(fields)
        let callback = read(&reader)
        reader.refuseUnknownFields()
        guard let callback, reader.errors.isEmpty else { throw InvalidDocument(reader.errors) }
        return callback
    }

    private static func read(_ reader: inout DocumentReader) -> Callback? {
        let status = reader.requiredString("status", maxBytes: 64, hint: "Give processing, success or fail.")
        switch status {
        case nil: return nil
        case "processing":
            let progress = reader.integer("progress", in: 0...100)
            let extend = reader.integer("extend_seconds", in: 1...604_800)
            return .processing(progress: progress.map(Int.init), extendSeconds: extend)
        case "success":
            var outcome = readOutcome(&reader)
            outcome.state = reader.string("state", maxBytes: maxBytes)
            return .success(outcome)
        case "fail":
            var outcome = readOutcome(&reader)
            outcome.error = readError(&reader)
            return .fail(outcome)
        case let other?:
            reader.report("status", .notAllowed, "is “\(other)”", hint: "Give processing, success or fail.")
            return nil
        }
    }

    private static func readOutcome(_ reader: inout DocumentReader) -> Outcome {
        // Progress of a run that is over tells nothing, yet services send it along.
        _ = reader.any("progress")
        return Outcome(
            summary: reader.string("summary", maxBytes: maxBytes),
            correlationID: reader.string("correlation_id", maxBytes: 1_024))
    }

    /// A string, or any object, which is kept as JSON text.
    private static func readError(_ reader: inout DocumentReader) -> String? {
        switch reader.any("error") {
        case nil: return nil
        case .string(let text): return text.replacing("\0", with: "")
        case .object(let fields): return JSONValue.object(fields).text
        case let other?:
            reader.report("error", .wrongType, "is \(other.kind)", hint: "Give a string or an object.")
            return nil
        }
    }
}
