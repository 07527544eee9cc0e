import GRDB
import JobCore

extension Instant {
    /// Columns whose names end in `_ms` hold milliseconds since 1970.
    var databaseValue: DatabaseValue { millisecondsSinceEpoch.databaseValue }
}
