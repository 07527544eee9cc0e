/// Jobs, and which schedules have changed. `;;` ends a statement.
///
/// Texts are compared by their bytes (collation C): the order of Unicode scalars.
extension Schema {
    /// `document` is the whole job as JSON. `execution` refers to a job by `seq`, so a job's row stays when the job is
    /// deleted. `since_ms` is `StoredJob.effectiveAfter`. The first index holds all columns of the ticker's query,
    /// which reads no document. `job_tag` has the tags of jobs that are not deleted, for searches.
    static let jobs = """
        CREATE TABLE job (
            seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            since_ms bigint NOT NULL,
            created_ms bigint NOT NULL,
            updated_ms bigint NOT NULL,
            deleted_ms bigint,
            id uuid NOT NULL UNIQUE,
            enabled boolean NOT NULL,
            service text COLLATE "C" NOT NULL,
            name text COLLATE "C" NOT NULL,
            expression text COLLATE "C" NOT NULL,
            time_zone text COLLATE "C" NOT NULL,
            dst text COLLATE "C" NOT NULL,
            owner text COLLATE "C",
            document text COLLATE "C" NOT NULL,
            UNIQUE (service, name)
        );;
        CREATE INDEX job_by_schedule ON job (expression, time_zone, dst, service, id, enabled, since_ms)
            WHERE deleted_ms IS NULL;;
        CREATE INDEX job_listed ON job (service, name, enabled) WHERE deleted_ms IS NULL;;
        CREATE INDEX job_by_name ON job (name, service);;
        CREATE INDEX job_by_owner ON job (owner) WHERE owner IS NOT NULL;;
        CREATE INDEX job_never_put ON job (seq) WHERE document = '';;

        CREATE TABLE job_tag (
            tag text COLLATE "C" NOT NULL,
            job bigint NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
            PRIMARY KEY (tag, job)
        );;
        CREATE INDEX job_tag_by_job ON job_tag (job)
        """

    /// The revision of the jobs in which the enabled jobs of a schedule changed last: so a ticker reads what is new,
    /// and not all jobs. `JobRow.countChange` follows each change in its transaction, and removes what is long known.
    static let scheduleChanges = """
        CREATE TABLE jobs_revision (only_row boolean PRIMARY KEY CHECK (only_row), value bigint NOT NULL);;
        INSERT INTO jobs_revision VALUES (true, 0);;

        CREATE TABLE schedule_change (
            expression text COLLATE "C" NOT NULL,
            time_zone text COLLATE "C" NOT NULL,
            dst text COLLATE "C" NOT NULL,
            revision bigint NOT NULL,
            PRIMARY KEY (expression, time_zone, dst)
        );;
        CREATE INDEX schedule_change_by_revision ON schedule_change (revision);;

        CREATE FUNCTION note_schedule_change() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            next bigint := (SELECT value + 1 FROM jobs_revision);
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                INSERT INTO schedule_change VALUES (old.expression, old.time_zone, old.dst, next)
                    ON CONFLICT (expression, time_zone, dst) DO UPDATE SET revision = excluded.revision
                    WHERE schedule_change.revision <> excluded.revision;
            END IF;
            INSERT INTO schedule_change VALUES (new.expression, new.time_zone, new.dst, next)
                ON CONFLICT (expression, time_zone, dst) DO UPDATE SET revision = excluded.revision
                    WHERE schedule_change.revision <> excluded.revision;
            RETURN NULL;
        END $$;;
        CREATE TRIGGER job_is_new AFTER INSERT ON job FOR EACH ROW WHEN (new.deleted_ms IS NULL)
            EXECUTE FUNCTION note_schedule_change();;
        CREATE TRIGGER job_has_changed AFTER UPDATE ON job FOR EACH ROW
            WHEN ((old.enabled, old.expression, old.time_zone, old.dst, old.since_ms, old.deleted_ms)
                IS DISTINCT FROM
                (new.enabled, new.expression, new.time_zone, new.dst, new.since_ms, new.deleted_ms))
            EXECUTE FUNCTION note_schedule_change()
        """
}
