import GRDB
import JobCore

extension Identifier {
    /// A blob of 16 bytes: half the size of the text, and sorted as the text is.
    var databaseValue: DatabaseValue { uuid.databaseValue }
}
