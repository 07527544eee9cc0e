import JobCore
import PostgreSQL
import Store
import StoreRows

/// How a search finds executions: which index it reads, and which conditions it checks on each entry.
struct SearchPlan {
    /// A condition, and the index that leads to what meets it, if there is one.
    private struct Term {
        var conditions = SQLConditions()
        var index: SearchIndex?

        init(_ condition: String, _ values: [PostgresValue] = [], index: SearchIndex?) {
            conditions.add(condition, values)
            self.index = index
        }

        init(_ conditions: SQLConditions, index: SearchIndex?) {
            self.conditions = conditions
            self.index = index
        }
    }

    let index: SearchIndex
    let others: SQLConditions

    /// Of more jobs the executions are found among those of all jobs.
    static let jobsMax = 50

    private init(_ terms: [Term], by chosen: Int?) {
        index = chosen.flatMap { terms[$0].index } ?? .occurrences
        var others = SQLConditions()
        for (number, term) in terms.enumerated() where number != chosen { others.add(term.conditions) }
        self.others = others
    }

    /// The plan that reads the fewest entries, as far as a short look at each index tells. Nil if nothing can match.
    static func choose(
        _ query: ExecutionQuery, in window: SearchWindow, of database: PostgresDatabase, examinedMax: Int
    ) throws -> SearchPlan? {
        guard query.reason == nil || query.status ?? .fail == .fail, let terms = try terms(of: query, in: database)
        else { return nil }
        let indexed = terms.indices.filter { terms[$0].index != nil }
        guard indexed.count > 1 else { return SearchPlan(terms, by: indexed.first) }
        // The index of which this many entries reach back the farthest has the fewest of them.
        var (best, farthest) = (indexed.first, Int64.max)
        for number in indexed {
            guard let index = terms[number].index else { continue }
            let end = try reach(of: index, depth: examinedMax / 20, in: window, of: database)
            if end < farthest { (best, farthest) = (number, end) }
        }
        return SearchPlan(terms, by: best)
    }

    /// Nil if the query's jobs are none.
    private static func terms(of query: ExecutionQuery, in database: PostgresDatabase) throws -> [Term]? {
        let jobs = JobConditions(query.jobs)
        guard !jobs.isEmpty else { return ownTerms(of: query) }
        let found = try jobs.jobs(max: jobsMax, in: database)
        if found?.isEmpty == true { return nil }
        return [Term(jobs.ofExecution, index: found.map(SearchIndex.jobs))] + ownTerms(of: query)
    }

    /// The conditions on the execution itself.
    private static func ownTerms(of query: ExecutionQuery) -> [Term] {
        var terms: [Term] = []
        if let id = query.correlationID {
            terms.append(Term("e.correlation_id = ?", [.text(id)], index: .correlation(id)))
        }
        if let id = query.retryOf {
            terms.append(Term("e.retry_of = ?", [.id(id)], index: .retries(of: id)))
        }
        if let reason = query.reason {
            terms.append(
                Term(
                    "e.status = 4 AND e.reason = ?::bigint", [.integer(reason.code)], index: .failures(reason)))
        } else if let status = query.status {
            terms.append(
                Term(
                    "e.status = ?::bigint", [.integer(status.code)], index: status == .fail ? .failures : nil))
            // Most of a long history has ended.
            if !status.isFinal { terms.append(Term("e.day = \(Day.open)", index: nil)) }
        }
        if let trigger = query.trigger {
            let index = trigger == .schedule ? nil : SearchIndex.trigger(trigger)
            terms.append(Term("e.trigger_code = ?::bigint", [.integer(trigger.code)], index: index))
        }
        return terms
    }

    /// An occurrence to which about `depth` entries of an index lead back at least; `.min` if it has no more.
    private static func reach(
        of index: SearchIndex, depth: Int, in window: SearchWindow, of database: PostgresDatabase
    ) throws -> Int64 {
        var conditions = index.condition
        conditions.add(
            "e.occurrence_ms <= ?::bigint AND e.occurrence_ms >= ?::bigint",
            [.instant(window.start.occurrence), .integer(window.sinceMilliseconds)])
        let numbered = conditions.numbered()
        let rows = try database.rowsOnce(
            """
            SELECT e.occurrence_ms FROM execution e WHERE \(numbered)
            ORDER BY e.occurrence_ms DESC, e.seq DESC LIMIT 1 OFFSET \(depth)
            """, conditions.values)
        return try rows.first?.value(0) ?? .min
    }
}
