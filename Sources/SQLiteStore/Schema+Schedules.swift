/// Which schedules have changed.
extension Schema {
    /// The revision of the jobs in which the enabled jobs of a schedule changed last: so a ticker reads what is new,
    /// and not all jobs. `JobRow.countChange` follows each change in its transaction, and removes what is long known.
    static let scheduleChanges = """
        CREATE TABLE schedule_change (
            expression TEXT NOT NULL,
            time_zone TEXT NOT NULL,
            dst TEXT NOT NULL,
            revision INTEGER NOT NULL,
            PRIMARY KEY (expression, time_zone, dst)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX schedule_change_by_revision ON schedule_change (revision);
        CREATE TRIGGER job_is_new AFTER INSERT ON job WHEN new.deleted_ms IS NULL BEGIN
            \(noteChange(of: "new"))
        END;
        CREATE TRIGGER job_has_changed AFTER UPDATE OF enabled, expression, time_zone, dst, since_ms, deleted_ms ON job
            WHEN (old.enabled, old.expression, old.time_zone, old.dst, old.since_ms, old.deleted_ms)
                IS NOT (new.enabled, new.expression, new.time_zone, new.dst, new.since_ms, new.deleted_ms)
        BEGIN
            \(noteChange(of: "old"))
            \(noteChange(of: "new"))
        END;
        """

    private static func noteChange(of row: String) -> String {
        """
        INSERT INTO schedule_change
            SELECT \(row).expression, \(row).time_zone, \(row).dst, value + 1 FROM jobs_revision WHERE true
            ON CONFLICT (expression, time_zone, dst) DO UPDATE SET revision = excluded.revision;
        """
    }
}
