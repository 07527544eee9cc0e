/// A row that holds a value which this program can't read. It names the row, so that a person can find it.
package struct UnreadableRow: Error, CustomStringConvertible {
    /// The table of the row.
    package enum Table: String, CaseIterable {
        case job, execution, audit
        case apiKey = "api_key"
        case serviceSecret = "service_secret"
        case pause
    }

    package let table: Table
    package let description: String

    /// `subject` names the row, as in "the job billing/invoices".
    package init(_ table: Table, _ subject: String, reason: String) {
        self.table = table
        description = "\(subject) can't be read: \(reason)"
    }

    /// Returns what `read` returns. Any error of `read` becomes one that names the row.
    package static func naming<Value>(
        _ table: Table, _ subject: @autoclosure () -> String, _ read: () throws -> Value
    ) throws(UnreadableRow) -> Value {
        do {
            return try read()
        } catch DecodingError.dataCorrupted(let context) {
            throw UnreadableRow(table, subject(), reason: context.debugDescription)
        } catch {
            throw UnreadableRow(table, subject(), reason: "\(error)")
        }
    }
}
