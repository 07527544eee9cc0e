/// What operators do: pauses, and the audit trail.
extension Schema {
    /// See `JobPause`. `tag` and `service` are null unless they are the subject; of a job, `service` and `job` are set.
    static let pauses = """
        CREATE TABLE pause (
            seq INTEGER PRIMARY KEY,
            service TEXT,
            job TEXT,
            tag TEXT,
            note TEXT,
            begun_ms INTEGER NOT NULL,
            until_ms INTEGER,
            ended_ms INTEGER,
            actor TEXT NOT NULL,
            CHECK ((service IS NULL) <> (tag IS NULL) AND (job IS NULL OR service IS NOT NULL))
        ) STRICT;
        CREATE INDEX pause_not_ended ON pause (begun_ms) WHERE ended_ms IS NULL;
        CREATE INDEX pause_ended ON pause (ended_ms) WHERE ended_ms IS NOT NULL;
        """

    /// One change on record. `subject` is what was changed, if it is neither a job nor a service: an execution, a key.
    static let audit = """
        CREATE TABLE audit (
            seq INTEGER PRIMARY KEY,
            at_ms INTEGER NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            service TEXT,
            job TEXT,
            subject TEXT,
            request_id TEXT,
            before TEXT,
            after TEXT
        ) STRICT;
        CREATE INDEX audit_by_time ON audit (at_ms);
        CREATE INDEX audit_by_service ON audit (service) WHERE service IS NOT NULL;
        CREATE INDEX audit_by_job ON audit (service, job) WHERE job IS NOT NULL;
        CREATE INDEX audit_by_actor ON audit (actor);
        CREATE INDEX audit_by_action ON audit (action);
        """
}
