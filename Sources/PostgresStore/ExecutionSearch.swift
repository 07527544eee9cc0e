import JobCore
import PostgreSQL
import Store
import StoreRows

/// A search in the history, in the order of `ExecutionPosition`. Its cost is bounded, however long the history is and
/// however little of it matches.
struct ExecutionSearch {
    /// Looks at about this many entries of an index for one page.
    static let examinedMax = 5_000

    /// An execution that matches.
    private struct Match {
        var position: ExecutionPosition
        var id: ExecutionID
        var day: Int64
        /// The bytes of the texts that may be long.
        var bytes: Int
    }

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
    func page(in database: PostgresDatabase, leavingOut unreadable: UnreadableRows) throws -> ExecutionPage {
        guard
            let plan = try SearchPlan.choose(query, in: window, of: database, examinedMax: examinedMax)
        else { return ExecutionPage(executions: [], more: nil) }
        let (found, stoppedAt) =
            try plan.index.jobs.map { try merged($0, plan, in: database) } ?? scanned(plan, in: database)
        var page = ExecutionPage(executions: [], more: stoppedAt)
        var taken: [Match] = []
        var bytes = 0
        for (number, match) in found.enumerated() {
            bytes += match.bytes
            if number == limit || number > 0 && bytes > Limits.pageBytesMax {
                page.more = found[number - 1].position
                break
            }
            taken.append(match)
        }
        page.executions = try executions(taken, in: database, leavingOut: unreadable)
        return page
    }

    private static let selectMatched =
        ExecutionRow.select.replacing(
            "FROM execution e ",
            with: "FROM unnest($1::uuid[], $2::bigint[]) "
                + "WITH ORDINALITY u(id, day, number) JOIN execution e ON e.id = u.id AND e.day = u.day ")
        + "ORDER BY u.number"

    private func executions(
        _ matches: [Match], in database: PostgresDatabase, leavingOut unreadable: UnreadableRows
    ) throws -> [Execution] {
        guard !matches.isEmpty else { return [] }
        let rows = try database.rows(
            Self.selectMatched, [.ids(matches.map(\.id)), .integers(matches.map(\.day))]
        ).makeIterator()
        return try unreadable.list({ rows.next() }) { try ExecutionRow($0).execution }
    }

    private static let columns = "e.occurrence_ms, e.seq, e.id, e.day"
    private static let size = """
        coalesce(octet_length(e.summary), 0) + coalesce(octet_length(e.state), 0)
            + coalesce(octet_length(e.error), 0) + coalesce(octet_length(e.payload), 0) AS bytes
        """
    private static let order = "occurrence_ms DESC, seq DESC"

    /// The condition that an execution `e` is in the window.
    private var range: SQLConditions {
        var range = SQLConditions()
        range.add(
            "(e.occurrence_ms, e.seq) < (?::bigint, ?::bigint) AND e.occurrence_ms >= ?::bigint",
            [
                .instant(window.start.occurrence), .integer(window.start.number),
                .integer(window.sinceMilliseconds),
            ])
        return range
    }

    /// Goes through the entries of an index in their order: the first that match, one more than the limit; and how far
    /// it came, if it came to no end.
    private func scanned(
        _ plan: SearchPlan, in database: PostgresDatabase
    ) throws -> ([Match], stoppedAt: ExecutionPosition?) {
        var entries = plan.index.condition
        entries.add(range)
        // The values are numbered in the order of the text: those of the columns come first.
        let others = plan.others.numbered()
        let condition = entries.numbered(from: plan.others.values.count + 1)
        let rows = try database.rowsOnce(
            """
            SELECT * FROM (
                SELECT \(Self.columns), \(Self.size), (\(others)) IS TRUE AS matches FROM execution e
                WHERE \(condition) ORDER BY \(Self.order) LIMIT \(examinedMax)) entries
            WHERE matches LIMIT \(limit + 1)
            """, plan.others.values + entries.values)
        let found = try rows.map(Self.match)
        guard found.count <= limit else { return (found, nil) }
        let last = try database.rowsOnce(
            """
            SELECT e.occurrence_ms, e.seq FROM execution e WHERE \(entries.numbered())
            ORDER BY \(Self.order) LIMIT 1 OFFSET \(examinedMax - 1)
            """, entries.values)
        return (found, try last.first.map(Self.position))
    }

    /// Reads the executions of each job in their order, to the same depth. They are complete down to where the first of
    /// these lists was cut.
    private func merged(
        _ jobs: [Int64], _ plan: SearchPlan, in database: PostgresDatabase
    ) throws -> ([Match], stoppedAt: ExecutionPosition?) {
        let depth = max(1, examinedMax / max(1, jobs.count))
        let others = plan.others.numbered(from: 2)
        let condition = range.numbered(from: plan.others.values.count + 2)
        let rows = try database.rowsOnce(
            """
            SELECT x.*, j.job FROM unnest($1::bigint[]) j(job) CROSS JOIN LATERAL (
                SELECT \(Self.columns), \(Self.size), (\(others)) IS TRUE AS matches FROM execution e
                WHERE e.job = j.job AND \(condition) ORDER BY \(Self.order) LIMIT \(depth)) x
            ORDER BY \(Self.order)
            """, [.integers(jobs)] + plan.others.values + range.values)
        var counts: [Int64: Int] = [:]
        var found: [Match] = []
        for row in rows {
            if try row.value(5) {
                found.append(try Self.match(row))
                if found.count > limit { return (found, nil) }
            }
            let job: Int64 = try row.value(6)
            counts[job, default: 0] += 1
            if counts[job] == depth { return (found, try Self.position(row)) }
        }
        return (found, nil)
    }

    private static func position(_ row: PostgresRow) throws -> ExecutionPosition {
        ExecutionPosition(occurrence: Instant(millisecondsSinceEpoch: try row.value(0)), number: try row.value(1))
    }

    private static func match(_ row: PostgresRow) throws -> Match {
        Match(
            position: try position(row), id: ExecutionID(try row.value(2)), day: try row.value(3),
            bytes: try row.value(4))
    }
}
