import GRDB
import StoreRows

/// The tables, as a list of migrations. A released migration is never changed; a new one follows it. The name of each
/// begins with its number, which is the version of the schema once it is applied.
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
        migrator.registerMigration("2: why an execution exists") { database in
            try database.execute(sql: trigger)
        }
        migrator.registerMigration("3: deadlines, earlier runs") { database in
            try database.execute(sql: deadlines)
            if try !hasDeadlineCheck(database) { try database.execute(sql: deadlineTriggers) }
            try database.execute(sql: earlierRuns)
        }
        migrator.registerMigration("4: the progress of each line of reports") { database in
            try database.execute(sql: reportLines)
        }
        migrator.registerMigration("5: a schedule's jobs in the order of their services") { database in
            try database.execute(sql: jobsByService)
        }
        migrator.registerMigration("6: buffered executions") { database in
            try database.execute(sql: bufferedExecutions)
        }
        migrator.registerMigration("7: secrets of services") { database in
            try database.execute(sql: serviceSecrets)
        }
        migrator.registerMigration("8: tags, owners, pauses, audit") { database in
            try database.execute(sql: tagsAndOwners)
            try database.execute(sql: pauses)
            try database.execute(sql: audit)
            try database.execute(sql: keyUse)
        }
        migrator.registerMigration("9: searches, removal of history") { database in
            try database.execute(sql: searches)
            try database.execute(sql: historyRemoval)
        }
        migrator.registerMigration("10: the waits between attempts") { database in
            try database.execute(sql: "ALTER TABLE execution ADD COLUMN deferrals TEXT")
        }
        migrator.registerMigration("11: which schedules have changed") { database in
            try database.execute(sql: scheduleChanges)
        }
        return migrator
    }()

    /// The version that this program knows.
    static let version = newest(of: migrator.migrations)

    /// The version of this database, 0 while it is empty. Counts the migrations of newer programs, too.
    static func version(of database: Database) throws -> Int {
        newest(of: try migrator.appliedIdentifiers(database))
    }

    private static func newest(of migrations: some Sequence<String>) -> Int {
        migrations.compactMap { Int($0.prefix { $0 != ":" }) }.max() ?? 0
    }

    /// `document` is the whole job as JSON and comes last, so that the columns that are searched lie in the row's first
    /// page. `execution` refers to a job by `seq`, so a job's row stays when the job is deleted. `since_ms` is
    /// `StoredJob.effectiveAfter`. The index holds all columns of the ticker's query, which reads no document.
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

    /// `deadline_ms` is null once the execution is over, and only then: the CHECK makes sure that the reaper finds
    /// every open execution. `open_exclusive_job` is the job of an exclusive execution that is open: its unique index
    /// is the lock of exclusive jobs, so no lock can outlast its execution.
    ///
    /// `heartbeat` holds a running execution's heartbeats: a narrow row without further indexes. While an execution has
    /// a row there, that row's instants and progress hold, and `deadline_ms` is the ttl's deadline alone.
    /// `heard_ms` is `ExecutionState.lastHeartbeatAt`.
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
            open_exclusive_job INTEGER,
            CHECK ((status IN (3, 4)) = (deadline_ms IS NULL))
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

    /// Status 0 is pending, 3 success and 4 fail; see `ExecutionStatus.code`. SQLite appends `seq` to each index.
    private static let executionIndexes = """
        CREATE UNIQUE INDEX execution_lock ON execution (open_exclusive_job) WHERE open_exclusive_job IS NOT NULL;
        CREATE INDEX execution_by_deadline ON execution (deadline_ms) WHERE deadline_ms IS NOT NULL;
        CREATE INDEX execution_by_due ON execution (attempt_due_ms) WHERE status = 0;
        CREATE INDEX execution_by_end ON execution (finished_ms) WHERE finished_ms IS NOT NULL;
        CREATE INDEX execution_by_job ON execution (job);
        CREATE INDEX execution_by_correlation ON execution (correlation_id) WHERE correlation_id IS NOT NULL;
        CREATE INDEX execution_failed ON execution (status) WHERE status = 4;
        """

    /// Trigger 0 is schedule, 1 is manual, 2 is retry; see `Trigger.code`. Before, a manual run had the schedule `run`.
    private static let trigger = """
        ALTER TABLE execution ADD COLUMN trigger_code INTEGER NOT NULL DEFAULT 0;
        UPDATE execution SET trigger_code = iif(retry_of IS NULL, 1, 2),
            schedule = coalesce((SELECT expression FROM job WHERE job.seq = execution.job), '')
            WHERE schedule = 'run';
        """

    /// See `LineProgress`.
    private static let reportLines = """
        CREATE TABLE report_line (
            line INTEGER PRIMARY KEY,
            reachable_since_ms INTEGER,
            latest_sign_ms INTEGER,
            deliverable_since_ms INTEGER,
            latest_mark_ms INTEGER
        ) STRICT;
        """

    /// A due event is about a range of a schedule's jobs in the order of services and ids. The index holds all columns
    /// of the ticker's query.
    private static let jobsByService = """
        DROP INDEX job_by_schedule;
        CREATE INDEX job_by_schedule ON job
            (expression, time_zone, dst, service, id, enabled, since_ms, deleted_ms) WHERE deleted_ms IS NULL;
        """

    /// The rule of the CHECK in `executions`, for the rows of a store that was made before there was one.
    private static let deadlines = """
        UPDATE execution SET deadline_ms = ttl_deadline_ms WHERE status NOT IN (3, 4) AND deadline_ms IS NULL;
        UPDATE execution SET deadline_ms = NULL WHERE status IN (3, 4) AND deadline_ms IS NOT NULL;
        """

    private static func hasDeadlineCheck(_ database: Database) throws -> Bool {
        let table = try String.fetchOne(database, sql: "SELECT sql FROM sqlite_master WHERE name = 'execution'")
        return table?.contains("CHECK") == true
    }

    /// SQLite adds no CHECK to a table. Triggers hold the rule as well, and no large history need be copied.
    private static let deadlineTriggers = """
        CREATE TRIGGER execution_deadline_insert BEFORE INSERT ON execution
            WHEN (new.status IN (3, 4)) <> (new.deadline_ms IS NULL)
            BEGIN SELECT raise(ABORT, 'an execution has a deadline while it is open, and only then'); END;
        CREATE TRIGGER execution_deadline_update BEFORE UPDATE OF status, deadline_ms ON execution
            WHEN (new.status IN (3, 4)) <> (new.deadline_ms IS NULL)
            BEGIN SELECT raise(ABORT, 'an execution has a deadline while it is open, and only then'); END;
        """

    /// The runs that were open when their job became exclusive. They are no holders of the lock, of which there is one
    /// for each job, and yet no run starts beside them. Mostly empty.
    private static let earlierRuns = """
        CREATE TABLE earlier_run (
            execution INTEGER PRIMARY KEY REFERENCES execution (seq) ON DELETE CASCADE,
            job INTEGER NOT NULL REFERENCES job (seq)
        ) STRICT;
        CREATE INDEX earlier_run_by_job ON earlier_run (job);
        """

    /// See `BufferedRuns`. Whether an execution is buffered follows from its other columns, so the two never disagree.
    private static let bufferedExecutions = """
        CREATE INDEX execution_buffered ON execution (job, occurrence_ms)
            WHERE status = 0 AND exclusive = 1 AND open_exclusive_job IS NULL;
        """

    /// `sealed` is null for the derived secret, `expires_ms` for the current one. See `StoredSecret`.
    private static let serviceSecrets = """
        CREATE TABLE service_secret (
            seq INTEGER PRIMARY KEY,
            service TEXT NOT NULL,
            sealed TEXT,
            created_ms INTEGER NOT NULL,
            expires_ms INTEGER
        ) STRICT;
        CREATE INDEX service_secret_by_service ON service_secret (service);
        """

    /// The tags of jobs that are not deleted, for searches; the document holds them, too.
    private static let tagsAndOwners = """
        CREATE TABLE job_tag (
            tag TEXT NOT NULL,
            job INTEGER NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
            PRIMARY KEY (tag, job)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX job_tag_by_job ON job_tag (job);
        INSERT OR IGNORE INTO job_tag SELECT e.value, j.seq FROM job j, json_each(j.document, '$.tags') e
            WHERE j.deleted_ms IS NULL AND json_valid(j.document) AND e.type = 'text';
        ALTER TABLE job ADD COLUMN owner TEXT;
        CREATE INDEX job_by_owner ON job (owner) WHERE owner IS NOT NULL;
        """

    /// `created_by` is null for a key from before there was the column.
    private static let keyUse = """
        ALTER TABLE api_key ADD COLUMN last_used_ms INTEGER;
        ALTER TABLE api_key ADD COLUMN created_by TEXT;
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
