import GRDB
import JobCore
import Store
import StoreRows

/// How a search finds executions: which index it reads, and which conditions it checks on each entry.
struct SearchPlan {
    /// A condition, and the index that leads to what meets it, if there is one.
    private struct Term {
        var conditions = SQLConditions()
        var index: SearchIndex?

        init(_ condition: String, _ values: [DatabaseValue] = [], index: SearchIndex?) {
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

    /// Of more jobs no lists are merged: their executions are found among those of all jobs.
    static let jobsMax = 5_000

    private init(_ terms: [Term], by chosen: Int?) {
        index = chosen.flatMap { terms[$0].index } ?? .occurrences
        var others = SQLConditions()
        for (number, term) in terms.enumerated() where number != chosen { others.add(term.conditions) }
        self.others = others
    }

    /// The plan that reads the fewest entries, as far as a short look at each index tells. Nil if nothing can match.
    static func choose(
        _ query: ExecutionQuery, in window: SearchWindow, of database: Database, examinedMax: Int
    ) throws -> SearchPlan? {
        guard query.reason == nil || query.status ?? .fail == .fail, let terms = try terms(of: query, in: database)
        else { return nil }
        let indexed = terms.indices.filter { terms[$0].index != nil }
        guard indexed.count > 1 else { return SearchPlan(terms, by: indexed.first) }
        var best: Int?
        for depth in [examinedMax / 20, examinedMax] {
            // The index of which that many entries reach back the farthest has the fewest of them.
            var farthest = Int64.max
            for number in indexed {
                guard let index = terms[number].index else { continue }
                let end = try reach(of: index, depth: depth, in: window, of: database)
                if end < farthest { (best, farthest) = (number, end) }
            }
            if farthest == .min { break }
        }
        return SearchPlan(terms, by: best ?? indexed.first)
    }

    /// All conditions together, for a search that reads another index.
    static func allConditions(of query: ExecutionQuery) -> SQLConditions {
        var all = JobConditions(query.jobs).ofExecution
        for term in ownTerms(of: query) { all.add(term.conditions) }
        return all
    }

    /// Nil if the query's jobs are none.
    private static func terms(of query: ExecutionQuery, in database: Database) throws -> [Term]? {
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
            terms.append(Term("e.correlation_id = ?", [id.databaseValue], index: .correlation(id)))
        }
        if let id = query.retryOf {
            terms.append(Term("e.retry_of = ?", [id.databaseValue], index: .retries(of: id)))
        }
        if let reason = query.reason {
            terms.append(
                Term("e.status = 4 AND e.reason = ?", [reason.code.databaseValue], index: .failures([reason])))
        } else if let status = query.status {
            let index = status == .fail ? SearchIndex.failures(FailureReason.allCases + [nil]) : nil
            terms.append(Term("e.status = ?", [status.code.databaseValue], index: index))
        }
        if let trigger = query.trigger {
            let index = trigger == .schedule ? nil : SearchIndex.trigger(trigger)
            terms.append(Term("e.trigger_code = ?", [trigger.code.databaseValue], index: index))
        }
        return terms
    }

    /// An occurrence to which about `depth` entries of an index lead back at least; `.min` if it has no more.
    private static func reach(
        of index: SearchIndex, depth: Int, in window: SearchWindow, of database: Database
    ) throws -> Int64 {
        let sql = index.eachList { condition in
            """
            SELECT e.occurrence_ms FROM execution e INDEXED BY \(index.name)
            WHERE \(condition) AND e.occurrence_ms <= ? AND e.occurrence_ms >= ?
            ORDER BY e.occurrence_ms DESC LIMIT 1 OFFSET \(depth / index.listCount)
            """
        }
        let rows = try Row.fetchCursor(
            database, sql: sql,
            arguments: [
                window.start.occurrence.databaseValue, window.sinceMilliseconds.databaseValue, index.listsArgument,
            ])
        var latest = Int64.min
        while let row = try rows.next() { latest = max(latest, row[1] ?? .min) }
        return latest
    }
}
