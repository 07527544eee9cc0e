internal import GRDB

/// The tables, as a list of migrations. One that was ever released is never changed; a new one follows it.
enum Schema {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: jobs, executions, keys") { database in
            try database.execute(sql: "PRAGMA application_id = \(StoreFile.applicationID)")
            try database.execute(sql: jobs)
            try database.execute(sql: executions)
            try database.execute(sql: executionIndexes)
            try database.execute(sql: keys)
        }
        return migrator
    }()

    /// `document` is the whole job as JSON and comes last, so that what is searched lies in the row's first page.
    /// `execution` knows a job by `seq`, so a job's row stays when it is deleted. The index holds all that the ticker
    /// asks, so that no document is read for it.
    private static let jobs = """
        CREATE TABLE job (
            seq INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            service TEXT NOT NULL,
            name TEXT NOT NULL,
            enabled INTEGER NOT NULL,
            expression TEXT NOT NULL,
            time_zone TEXT NOT NULL,
            dst TEXT NOT NULL,
            since_ms INTEGER NOT NULL,
            created_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL,
            deleted_ms INTEGER,
            document TEXT NOT NULL,
            UNIQUE (service, name)
        ) STRICT;
        CREATE INDEX job_by_schedule ON job (expression, time_zone, dst, id, enabled, since_ms, deleted_ms)
            WHERE deleted_ms IS NULL;

        CREATE TABLE jobs_revision (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), value INTEGER NOT NULL) STRICT;
        INSERT INTO jobs_revision VALUES (1, 0);

        CREATE TABLE newest_occurrence (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), value_ms INTEGER) STRICT;
        INSERT INTO newest_occurrence VALUES (1, NULL);
        """

    /// `deadline_ms` is null once the execution is over. `open_exclusive_job` is the job of an exclusive execution
    /// that is open: its unique index is the lock of exclusive jobs, so nothing else can leak or stick.
    ///
    /// `heartbeat` is where a running execution's heartbeats go: a narrow row without further indexes. While there is
    /// one, it is the truth about when the execution was heard of, and `deadline_ms` above is the ttl's deadline alone.
    private static let executions = """
        CREATE TABLE execution (
            seq INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            job INTEGER NOT NULL REFERENCES job (seq),
            occurrence_ms INTEGER NOT NULL,
            created_ms INTEGER NOT NULL,
            exclusive INTEGER NOT NULL,
            schedule TEXT NOT NULL,
            payload TEXT,
            status INTEGER NOT NULL,
            reason INTEGER,
            ttl_s INTEGER NOT NULL,
            heartbeat_interval_s INTEGER NOT NULL,
            ttl_deadline_ms INTEGER NOT NULL,
            extended INTEGER NOT NULL,
            invoked_ms INTEGER,
            invoked_by INTEGER,
            first_heard_ms INTEGER,
            heard_ms INTEGER,
            progress INTEGER,
            finished_ms INTEGER,
            finished_by INTEGER,
            attempts TEXT,
            attempt_due_ms INTEGER NOT NULL,
            summary TEXT,
            state TEXT,
            error TEXT,
            correlation_id TEXT,
            retry_of BLOB,
            retried_by BLOB,
            deadline_ms INTEGER,
            open_exclusive_job INTEGER
        ) STRICT;

        CREATE TABLE heartbeat (
            execution INTEGER PRIMARY KEY REFERENCES execution (seq) ON DELETE CASCADE,
            first_heard_ms INTEGER NOT NULL,
            heard_ms INTEGER NOT NULL,
            deadline_ms INTEGER NOT NULL,
            progress INTEGER
        ) STRICT;

        CREATE TABLE last_success (
            job INTEGER PRIMARY KEY REFERENCES job (seq),
            execution INTEGER NOT NULL UNIQUE REFERENCES execution (seq)
        ) STRICT;
        """

    /// Status 0 is pending and 4 is fail; see `ExecutionStatus.code`. Each index also ends in `seq`, as all do.
    private static let executionIndexes = """
        CREATE UNIQUE INDEX execution_lock ON execution (open_exclusive_job) WHERE open_exclusive_job IS NOT NULL;
        CREATE INDEX execution_by_deadline ON execution (deadline_ms) WHERE deadline_ms IS NOT NULL;
        CREATE INDEX execution_by_due ON execution (attempt_due_ms) WHERE status = 0;
        CREATE INDEX execution_by_end ON execution (finished_ms) WHERE finished_ms IS NOT NULL;
        CREATE INDEX execution_by_job ON execution (job);
        CREATE INDEX execution_by_correlation ON execution (correlation_id) WHERE correlation_id IS NOT NULL;
        CREATE INDEX execution_failed ON execution (status) WHERE status = 4;
        """

    private static let keys = """
        CREATE TABLE api_key (
            name TEXT PRIMARY KEY,
            scope TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            secret_hash BLOB NOT NULL UNIQUE
        ) STRICT;
        """
}
