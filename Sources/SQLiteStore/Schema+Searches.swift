extension Schema {
    /// See `SearchIndex`, and for jobs `JobSearch`. Most executions have the trigger 0, so those have no entry.
    static let searches = """
        DROP INDEX execution_by_job;
        DROP INDEX execution_by_correlation;
        DROP INDEX execution_failed;
        CREATE INDEX execution_by_occurrence ON execution (occurrence_ms);
        CREATE INDEX execution_by_job ON execution (job, occurrence_ms);
        CREATE INDEX execution_failed ON execution (status, reason, occurrence_ms) WHERE status = 4;
        CREATE INDEX execution_by_trigger ON execution (trigger_code, occurrence_ms) WHERE trigger_code <> 0;
        CREATE INDEX execution_by_correlation ON execution (correlation_id, occurrence_ms)
            WHERE correlation_id IS NOT NULL;
        CREATE INDEX execution_by_retried ON execution (retry_of, occurrence_ms) WHERE retry_of IS NOT NULL;
        CREATE INDEX job_listed ON job (service, name, enabled, owner, deleted_ms) WHERE deleted_ms IS NULL;
        CREATE INDEX job_by_name ON job (name);
        """

    /// See `HistoryRemoval`. The triggers enter a last success behind `history_removal` that is none any more.
    static let historyRemoval = """
        CREATE TABLE history_removal (
            only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
            finished_ms INTEGER NOT NULL,
            execution INTEGER NOT NULL
        ) STRICT;
        INSERT INTO history_removal VALUES (1, -1, 0);
        CREATE TABLE removable_execution (
            execution INTEGER PRIMARY KEY REFERENCES execution (seq) ON DELETE CASCADE
        ) STRICT;
        CREATE TRIGGER last_success_begins AFTER INSERT ON last_success
            BEGIN DELETE FROM removable_execution WHERE execution = new.execution; END;
        CREATE TRIGGER last_success_changes AFTER UPDATE OF execution ON last_success
            WHEN new.execution <> old.execution
            BEGIN
                DELETE FROM removable_execution WHERE execution = new.execution;
                INSERT OR IGNORE INTO removable_execution SELECT e.seq FROM execution e, history_removal h
                    WHERE e.seq = old.execution AND e.finished_ms <= h.finished_ms;
            END;
        CREATE TRIGGER last_success_ends AFTER DELETE ON last_success
            BEGIN
                INSERT OR IGNORE INTO removable_execution SELECT e.seq FROM execution e, history_removal h
                    WHERE e.seq = old.execution AND e.finished_ms <= h.finished_ms;
            END;
        """
}
