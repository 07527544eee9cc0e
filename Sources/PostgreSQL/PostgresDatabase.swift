/// A connection within a transaction. Its methods block the thread, and throw `PostgresError`.
public struct PostgresDatabase {
    let connection: PostgresConnection

    /// The server's version, such as 150018.
    public var serverVersion: Int { connection.serverVersion }

    /// Adds a statement. It is sent with the next one whose answer is asked for, or with the end of the transaction, in
    /// the same round trip; if it fails, that throws.
    public func enqueue(_ sql: String, _ values: [PostgresValue] = []) {
        connection.enqueue(sql, values, isKept: true)
    }

    /// The rows that a query answers. The server keeps its plan, so the text must be one of few.
    public func rows(_ sql: String, _ values: [PostgresValue] = []) throws(PostgresError) -> PostgresRows {
        connection.enqueue(sql, values, isKept: true)
        return try last()
    }

    /// As `rows`, for a query whose text is made for one call.
    public func rowsOnce(_ sql: String, _ values: [PostgresValue] = []) throws(PostgresError) -> PostgresRows {
        connection.enqueue(sql, values, isKept: false)
        return try last()
    }

    /// The rows of several queries, in one round trip.
    public func rows(of queries: [(sql: String, values: [PostgresValue])]) throws(PostgresError) -> [PostgresRows] {
        for query in queries { connection.enqueue(query.sql, query.values, isKept: true) }
        return try connection.roundTrip().suffix(queries.count)
    }

    /// Runs a statement, and returns the number of rows that it changed.
    @discardableResult
    public func execute(_ sql: String, _ values: [PostgresValue] = []) throws(PostgresError) -> Int {
        try rows(sql, values).changedCount
    }

    /// Runs a statement without values that is not worth to be kept, such as a definition.
    public func define(_ sql: String) throws(PostgresError) {
        _ = try rowsOnce(sql)
    }

    private func last() throws(PostgresError) -> PostgresRows {
        guard let last = try connection.roundTrip().last else {
            throw PostgresError(state: nil, message: "no answer")
        }
        return last
    }
}
