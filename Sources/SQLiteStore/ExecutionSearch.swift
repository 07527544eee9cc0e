import GRDB
import JobCore
import Store
import StoreRows

/// A search in the history, in the order of `ExecutionPosition`. Its cost is bounded, however long the history is and
/// however little of it matches.
struct ExecutionSearch {
    /// Looks at about this many entries of an index for one page.
    static let examinedMax = 5_000
    /// Open executions are few in a long history. Up to this many are sorted, since no index has them in order: it
    /// would change with every step of an execution.
    static let sortedMax = 5_000

    private let query: ExecutionQuery
    private let window: SearchWindow
    private let limit: Int
    private let examinedMax: Int

    /// `examinedMax` is for tests.
    init(_ query: ExecutionQuery, examinedMax: Int = examinedMax) {
        self.query = query
        self.examinedMax = examinedMax
        window = SearchWindow(query)
        limit = min(max(query.limit, 1), 100)
    }

    /// A row that can't be read is left out, so a page may have fewer executions than asked for.
    func page(in database: Database, leavingOut unreadable: UnreadableRows) throws -> ExecutionPage {
        let (found, stoppedAt) = try positions(in: database)
        let find = try database.cachedStatement(sql: ExecutionRow.select + "WHERE e.seq = ?")
        var page = ExecutionPage(executions: [], more: stoppedAt)
        var bytes = 0
        for (number, position) in found.enumerated() {
            let rows = try Row.fetchCursor(find, arguments: [position.number])
            let execution = try rows.next().flatMap { row in
                try unreadable.value { try ExecutionRow(row).execution }
            }
            bytes += execution.map(Self.bytes) ?? 0
            if number == limit || number > 0 && bytes > Limits.pageBytesMax {
                page.more = found[number - 1]
                break
            }
            if let execution { page.executions.append(execution) }
        }
        return page
    }

    /// The first positions that match, one more than the limit; and how far the search came, if it came to no end.
    private func positions(in database: Database) throws -> ([ExecutionPosition], stoppedAt: ExecutionPosition?) {
        if let status = query.status, !status.isFinal, let open = try openPositions(in: database) { return (open, nil) }
        guard
            let plan = try SearchPlan.choose(query, in: window, of: database, examinedMax: examinedMax)
        else { return ([], nil) }
        var merge = try PositionMerge(
            database, of: plan.index, in: window, where: plan.others, examinedMax: examinedMax)
        var found: [ExecutionPosition] = []
        while found.count <= limit, let entry = try merge.next() {
            if entry.isMatch { found.append(entry.position) }
        }
        return (found, merge.stoppedAt)
    }

    /// The first positions of open executions that match; nil if too many are open.
    private func openPositions(in database: Database) throws -> [ExecutionPosition]? {
        let count = try Int.fetchOne(
            database,
            sql: """
                SELECT count(*) FROM (
                    SELECT 1 FROM execution INDEXED BY execution_by_deadline WHERE deadline_ms IS NOT NULL
                    LIMIT \(Self.sortedMax + 1))
                """)
        guard count ?? 0 <= Self.sortedMax else { return nil }
        var conditions = SearchPlan.allConditions(of: query)
        conditions.add(
            "(e.occurrence_ms, e.seq) < (?, ?) AND e.occurrence_ms >= ?",
            [
                window.start.occurrence.databaseValue, window.start.number.databaseValue,
                window.sinceMilliseconds.databaseValue,
            ])
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT e.occurrence_ms, e.seq FROM execution e INDEXED BY execution_by_deadline
                WHERE e.deadline_ms IS NOT NULL AND \(conditions.text)
                ORDER BY e.occurrence_ms DESC, e.seq DESC LIMIT \(limit + 1)
                """, arguments: conditions.arguments)
        var found: [ExecutionPosition] = []
        while let row = try rows.next() {
            found.append(ExecutionPosition(occurrence: Instant(millisecondsSinceEpoch: row[0]), number: row[1]))
        }
        return found
    }

    /// The bytes of the texts that may be long.
    private static func bytes(of execution: Execution) -> Int {
        let outcome = execution.outcome
        return [outcome.summary, outcome.state, outcome.error, execution.payload].reduce(0) {
            $0 + ($1?.utf8.count ?? 0)
        }
    }
}
