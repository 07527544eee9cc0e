/// A row that holds a value which this program can't read. It names the row, so that a person can find it.
struct UnreadableRow: Error, CustomStringConvertible {
    let description: String

    /// `subject` names the row, as in "the job billing/invoices".
    init(_ subject: String, reason: String) {
        description = "\(subject) can't be read: \(reason)"
    }

    init(_ subject: String, _ cause: any Error) {
        guard case .dataCorrupted(let context)? = cause as? DecodingError else {
            self.init(subject, reason: "\(cause)")
            return
        }
        self.init(subject, reason: context.debugDescription)
    }
}
