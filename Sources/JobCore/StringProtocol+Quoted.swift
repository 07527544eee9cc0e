extension StringProtocol {
    /// The text in quotation marks for an error message or a log line: at most 40 characters, with `?` in place of
    /// those that are not printable ASCII.
    var quoted: String {
        let printable = unicodeScalars.prefix(40).map { scalar in
            (0x20...0x7E).contains(scalar.value) ? Character(scalar) : "?"
        }
        return "\"\(String(printable))\(unicodeScalars.count > 40 ? "…" : "")\""
    }
}
