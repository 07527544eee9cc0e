public import JSON

extension JSONValue {
    /// Reads a document that somebody else wrote: strict RFC 8259 in UTF-8, within limits.
    ///
    /// Throws an unreadable `InvalidDocument` that names the position of the first fault.
    public static func parse(
        _ bytes: [UInt8], limits: JSONLimits = .standard
    ) throws(InvalidDocument) -> JSONValue {
        do {
            return try JSONValue(parsing: bytes, limits: limits)
        } catch {
            throw InvalidDocument(
                [
                    FieldError(
                        field: error.path, code: .invalid, message: "The body is not readable JSON: \(error).",
                        hint: "Send JSON (RFC 8259) in UTF-8.")
                ], isUnreadable: true)
        }
    }

    /// A whole number, however it is written: `50`, `50.0` and `5e1` are the same number. Nil for every other value.
    public var wholeNumber: Int64? {
        switch self {
        case .integer(let number): number
        // Beyond 2^53 a Double does not hold every whole number.
        case .number(let number) where number.magnitude <= 0x1p53: Int64(exactly: number)
        default: nil
        }
    }
}
