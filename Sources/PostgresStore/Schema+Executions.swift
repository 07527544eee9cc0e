/// Executions. `;;` ends a statement.
extension Schema {
    /// Executions are in partitions by the day on which they ended: `day` counts from 1970. Those that are open are in
    /// one of their own (`Day.open`), which stays small however long the history is. The last successes that are older
    /// than the history are in another one (`Day.kept`).
    ///
    /// `deadline_ms` is null once the execution is over, and only then: the CHECK makes sure that the reaper finds
    /// every open execution. `open_exclusive_job` is the job of an exclusive execution that is open: its unique index
    /// is the lock of exclusive jobs, so no lock can outlast its execution. Status 0 is pending, 3 success and 4 fail;
    /// trigger 0 is schedule, 4 is test: see `ExecutionStatus.code` and `Trigger.code`.
    static let executions = """
        CREATE SEQUENCE execution_seq;;
        CREATE TABLE execution (
            seq bigint NOT NULL,
            id uuid NOT NULL,
            job bigint NOT NULL,
            occurrence_ms bigint NOT NULL,
            created_ms bigint NOT NULL,
            ttl_s bigint NOT NULL,
            heartbeat_interval_s bigint NOT NULL,
            ttl_deadline_ms bigint NOT NULL,
            attempt_due_ms bigint NOT NULL,
            deadline_ms bigint,
            open_exclusive_job bigint,
            invoked_ms bigint,
            invoked_by bigint,
            first_heard_ms bigint,
            heard_ms bigint,
            finished_ms bigint,
            finished_by bigint,
            day integer NOT NULL,
            status smallint NOT NULL,
            reason smallint,
            trigger_code smallint NOT NULL,
            progress smallint,
            exclusive boolean NOT NULL,
            extended boolean NOT NULL,
            retry_of uuid,
            retried_by uuid,
            schedule text COLLATE "C" NOT NULL,
            payload text COLLATE "C",
            attempts text COLLATE "C",
            deferrals text COLLATE "C",
            summary text COLLATE "C",
            state text COLLATE "C",
            error text COLLATE "C",
            correlation_id text COLLATE "C",
            PRIMARY KEY (id, day),
            CHECK ((status IN (3, 4)) = (deadline_ms IS NULL)),
            CHECK ((day = \(Day.open)) = (deadline_ms IS NOT NULL))
        ) PARTITION BY RANGE (day)
        """

    /// See `SearchIndex`. Most executions have the trigger 0, so those have no entry.
    static let executionIndexes = """
        CREATE INDEX execution_by_occurrence ON execution (occurrence_ms, seq);;
        CREATE INDEX execution_by_job ON execution (job, occurrence_ms, seq);;
        CREATE INDEX execution_by_end ON execution (finished_ms) WHERE finished_ms IS NOT NULL;;
        CREATE INDEX execution_failed ON execution (occurrence_ms, seq) WHERE status = 4;;
        CREATE INDEX execution_by_reason ON execution (reason, occurrence_ms, seq) WHERE status = 4;;
        CREATE INDEX execution_by_trigger ON execution (trigger_code, occurrence_ms, seq) WHERE trigger_code <> 0;;
        CREATE INDEX execution_by_correlation ON execution (correlation_id, occurrence_ms, seq)
            WHERE correlation_id IS NOT NULL;;
        CREATE INDEX execution_by_retried ON execution (retry_of, occurrence_ms, seq) WHERE retry_of IS NOT NULL
        """

    /// Its rows come and go, so it is vacuumed often.
    static let openExecutions = """
        CREATE TABLE execution_kept PARTITION OF execution FOR VALUES FROM (\(Day.kept)) TO (\(Day.kept + 1));;
        CREATE TABLE execution_open PARTITION OF execution FOR VALUES FROM (\(Day.open)) TO (\(Day.open + 1))
            WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.2);;
        CREATE UNIQUE INDEX execution_lock ON execution_open (open_exclusive_job)
            WHERE open_exclusive_job IS NOT NULL;;
        CREATE INDEX execution_by_deadline ON execution_open (deadline_ms);;
        CREATE INDEX execution_by_due ON execution_open (attempt_due_ms) WHERE status = 0;;
        CREATE INDEX execution_buffered ON execution_open (job, occurrence_ms, seq)
            WHERE status = 0 AND exclusive AND open_exclusive_job IS NULL
        """

    /// Makes the partition of a day, if there is none. To attach it stops no reader and no writer. The second look is a
    /// query: `to_regclass` may answer as it did before the wait.
    static let days = """
        CREATE FUNCTION add_day(day bigint) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            name text := 'execution_d' || day;
        BEGIN
            IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
            \(lockDays.replacing("SELECT", with: "PERFORM"));
            IF EXISTS (SELECT 1 FROM pg_class WHERE relname = name AND relnamespace = current_schema()::regnamespace)
            THEN RETURN; END IF;
            EXECUTE format('CREATE TABLE %I (LIKE execution INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
            EXECUTE format('ALTER TABLE execution ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
                name, day, day + 1);
        END $$
        """

    /// `heartbeat` holds a running execution's heartbeats: a narrow row without further indexes, with room on its page
    /// for its next version. While an execution has a row there, that row's instants and progress hold, and
    /// `deadline_ms` is the ttl's deadline alone.
    ///
    /// `last_success` has what the next run of an exclusive job receives. `earlier_run` has the runs that were open
    /// when their job became exclusive: they are no holders of the lock, and yet no run starts beside them.
    ///
    /// `newest_occurrence` has several rows, of which a connection writes its own, so that no two dispatchers wait for
    /// each other. `report_line`: see `LineProgress`. `recorder`: see `RecorderStore`; it may be empty after a crash.
    static let aboutExecutions = """
        CREATE TABLE heartbeat (
            execution uuid PRIMARY KEY,
            first_heard_ms bigint NOT NULL,
            heard_ms bigint NOT NULL,
            deadline_ms bigint NOT NULL,
            progress smallint
        ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1);;

        CREATE TABLE last_success (
            job bigint PRIMARY KEY,
            execution uuid NOT NULL UNIQUE,
            occurrence_ms bigint NOT NULL,
            invoked_ms bigint,
            state text COLLATE "C",
            summary text COLLATE "C"
        );;

        CREATE TABLE earlier_run (execution uuid PRIMARY KEY, job bigint NOT NULL);;
        CREATE INDEX earlier_run_by_job ON earlier_run (job);;

        CREATE TABLE newest_occurrence (shard bigint PRIMARY KEY, value_ms bigint NOT NULL);;

        CREATE TABLE report_line (
            line bigint PRIMARY KEY,
            reachable_since_ms bigint,
            latest_sign_ms bigint,
            deliverable_since_ms bigint,
            latest_mark_ms bigint
        );;

        CREATE UNLOGGED TABLE recorder (id uuid PRIMARY KEY, lines bigint NOT NULL, seen_ms bigint NOT NULL)
        """
}
