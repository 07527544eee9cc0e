import CoreMetrics
package import Logging
import Synchronization

/// Leaves out the rows that can't be read, logs and counts them: such a row costs itself, and not the page or the batch
/// that it is part of.
package final class UnreadableRows: Sendable {
    private let logger: Logger
    private let counters: [UnreadableRow.Table: Counter]
    private let loggedAt = Mutex<[String: ContinuousClock.Instant]>([:])

    /// A row that is met again and again is logged once in this time.
    private static let logInterval = Duration.seconds(60)
    /// A damaged store may have many such rows: no more of them are remembered.
    private static let rememberedMax = 1_000

    package init(logger: Logger) {
        self.logger = logger
        counters = Dictionary(
            uniqueKeysWithValues: UnreadableRow.Table.allCases.map {
                ($0, Counter(label: "belfry_unreadable_rows_total", dimensions: [("table", $0.rawValue)]))
            })
    }

    /// The first `limit` values that `read` makes of rows and that are wanted. `next` gives the rows, and `read` throws
    /// `UnreadableRow` for one to leave out.
    package func list<Row, Value>(
        _ next: () throws -> Row?, limit: Int = .max, where isWanted: (Value) -> Bool = { _ in true },
        _ read: (Row) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        while values.count < limit, let row = try next() {
            if let value = try value({ try read(row) }), isWanted(value) { values.append(value) }
        }
        return values
    }

    /// What `read` returns; nil when it throws `UnreadableRow`.
    package func value<Value>(_ read: () throws -> Value) throws -> Value? {
        do {
            return try read()
        } catch let row as UnreadableRow {
            note(row)
            return nil
        }
    }

    /// Logs and counts a row.
    package func note(_ row: UnreadableRow) {
        counters[row.table]?.increment()
        let now = ContinuousClock.now
        let isDue = loggedAt.withLock { loggedAt in
            if let last = loggedAt[row.description], now - last < Self.logInterval { return false }
            if loggedAt.count >= Self.rememberedMax { loggedAt.removeAll() }
            loggedAt[row.description] = now
            return true
        }
        guard isDue else { return }
        logger.error(
            "left out a row that can't be read",
            metadata: ["table": "\(row.table.rawValue)", "error": "\(row.description)"])
    }
}
