import JobCore
import PostgreSQL
import StoreRows

/// Executions as arrays of columns, so that one statement writes a batch.
struct ExecutionColumns {
    /// A row that is to be written.
    struct Row {
        var execution: Execution
        /// Its job's `seq`.
        var job: Int64
        /// Its place in the order of executions. An update leaves it as it is.
        var seq: Int64 = 0
    }

    private let rows: [Row]

    init(_ rows: [Row]) { self.rows = rows }

    /// The days on which these executions ended: each must have its partition.
    var days: Set<Int64> { Set(rows.map(\.execution.day).filter { $0 != Day.open }) }

    /// Inserts the rows, unless a unique index refuses them; answers the ids of those that were inserted.
    static let insert = """
        INSERT INTO execution (day, status, reason, ttl_deadline_ms, extended, invoked_ms, invoked_by, first_heard_ms,
            heard_ms, progress, finished_ms, finished_by, attempts, deferrals, attempt_due_ms, summary, state, error,
            correlation_id, deadline_ms, id, job, seq, occurrence_ms, created_ms, exclusive, trigger_code, schedule,
            payload, retry_of, retried_by, ttl_s, heartbeat_interval_s, open_exclusive_job)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::boolean[], $6::bigint[],
            $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[],
            $14::text[], $15::bigint[], $16::text[], $17::text[], $18::text[], $19::text[], $20::bigint[],
            $21::uuid[], $22::bigint[], $23::bigint[], $24::bigint[], $25::bigint[], $26::boolean[], $27::bigint[],
            $28::text[], $29::text[], $30::uuid[], $31::uuid[], $32::bigint[], $33::bigint[], $34::bigint[])
        ON CONFLICT DO NOTHING RETURNING id
        """

    /// Writes the columns that may change after an execution was created. One that ends moves to the partition of its
    /// day. The partition is a part of the text, so that the others are not locked.
    static let updateOpen = update + " e.day = \(Day.open)"
    /// As `updateOpen`, for those that are over, in the partition $22.
    static let updateEnded = update + " e.day = $22::bigint"

    private static let update = """
        UPDATE execution e SET day = CASE WHEN e.day = \(Day.open) THEN u.day ELSE e.day END,
            status = u.status, reason = u.reason, ttl_deadline_ms = u.ttl_deadline_ms, extended = u.extended,
            invoked_ms = u.invoked_ms, invoked_by = u.invoked_by,
            first_heard_ms = u.first_heard_ms, heard_ms = u.heard_ms, progress = u.progress,
            finished_ms = u.finished_ms, finished_by = u.finished_by, attempts = u.attempts, deferrals = u.deferrals,
            attempt_due_ms = u.attempt_due_ms, summary = u.summary, state = u.state, error = u.error,
            correlation_id = u.correlation_id, deadline_ms = u.deadline_ms,
            open_exclusive_job = CASE WHEN u.deadline_ms IS NULL THEN NULL ELSE e.open_exclusive_job END
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::boolean[], $6::bigint[],
            $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[],
            $14::text[], $15::bigint[], $16::text[], $17::text[], $18::text[], $19::text[], $20::bigint[],
            $21::uuid[]) u(day, status, reason, ttl_deadline_ms, extended, invoked_ms, invoked_by, first_heard_ms,
            heard_ms, progress, finished_ms, finished_by, attempts, deferrals, attempt_due_ms, summary, state, error,
            correlation_id, deadline_ms, id)
        WHERE e.id = u.id AND
        """

    /// The values of `insert`.
    func insertValues() throws -> [PostgresValue] {
        try changingValues() + [
            .integers(rows.map(\.job)), .integers(rows.map(\.seq)),
            .integers(rows.map { $0.execution.occurrence.millisecondsSinceEpoch }),
            .integers(rows.map { $0.execution.createdAt.millisecondsSinceEpoch }),
            .flags(rows.map(\.execution.isExclusive)), .integers(rows.map(\.execution.trigger.code)),
            .texts(rows.map(\.execution.schedule)), .texts(rows.map(\.execution.payload)),
            .uuids(rows.map(\.execution.retryOf?.uuid)), .uuids(rows.map(\.execution.retriedBy?.uuid)),
            .integers(rows.map(\.execution.state.ttlSeconds)),
            .integers(rows.map(\.execution.state.heartbeatIntervalSeconds)),
            .integers(rows.map { $0.execution.holdsLock ? $0.job : nil }),
        ]
    }

    /// Writes the rows, which are in a partition, with the next round trip.
    func enqueueUpdate(inPartition day: Int64, to database: PostgresDatabase) throws {
        if day == Day.open {
            for day in days.sorted() { database.enqueue("SELECT add_day($1)", [.integer(day)]) }
            database.enqueue(Self.updateOpen, try changingValues())
        } else {
            database.enqueue(Self.updateEnded, try changingValues() + [.integer(day)])
        }
    }

    private func changingValues() throws -> [PostgresValue] {
        func state(_ value: (ExecutionState) -> Int64?) -> PostgresValue {
            .integers(rows.map { value($0.execution.state) })
        }
        func outcome(_ value: (Outcome) -> String?) -> PostgresValue {
            .texts(rows.map { value($0.execution.outcome) })
        }
        return [
            .integers(rows.map(\.execution.day)),
            state(\.status.code), state { $0.reason?.code }, state(\.ttlDeadline.millisecondsSinceEpoch),
            .flags(rows.map(\.execution.state.isExtended)), state { $0.invokedAt?.millisecondsSinceEpoch },
            state { $0.invokedBy?.rawValue }, state { $0.firstHeartbeatAt?.millisecondsSinceEpoch },
            state { $0.lastHeartbeatAt?.millisecondsSinceEpoch }, state { $0.progress.map(Int64.init) },
            state { $0.finishedAt?.millisecondsSinceEpoch }, state { $0.finishedBy?.rawValue },
            .texts(try rows.map { try Self.text(of: $0.execution.attempts) }),
            .texts(try rows.map { try Self.text(of: $0.execution.deferrals) }),
            .integers(rows.map { $0.execution.attemptDueAt.millisecondsSinceEpoch }),
            outcome(\.summary), outcome(\.state), outcome(\.error), outcome(\.correlationID),
            .integers(rows.map { $0.execution.recordedDeadline?.millisecondsSinceEpoch }),
            .ids(rows.map(\.execution.id)),
        ]
    }

    /// The text of a list in its column: null for none.
    private static func text(of list: [some Encodable]) throws -> String? {
        list.isEmpty ? nil : try JSONColumn.text(of: list)
    }
}

extension Execution {
    /// Whether it is the one open execution of an exclusive job.
    var holdsLock: Bool { isExclusive && !state.status.isFinal && !state.isBuffered }

    fileprivate var day: Int64 { state.status.isFinal ? Day.of(state.finishedAt ?? createdAt) : Day.open }

    /// The deadline in the index. After the first heartbeat, the heartbeat deadline changes far too often for an index
    /// and is kept in the table `heartbeat`.
    fileprivate var recordedDeadline: Instant? {
        guard !state.status.isFinal else { return nil }
        return state.lastHeartbeatAt == nil ? state.deadline : state.ttlDeadline
    }
}
