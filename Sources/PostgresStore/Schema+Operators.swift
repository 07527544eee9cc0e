/// What operators do: pauses, keys, secrets, and the audit trail. `;;` ends a statement.
extension Schema {
    /// See `JobPause`: `tag` and `service` are null unless they are the subject; of a job, `service` and `job` are set.
    /// See `StoredSecret`: `sealed` is null for the derived secret, `expires_ms` for the current one. `subject` of the
    /// audit trail is what was changed, if it is neither a job nor a service: an execution, a key.
    static let operators = """
        CREATE TABLE api_key (
            name text COLLATE "C" PRIMARY KEY,
            scope text COLLATE "C" NOT NULL,
            created_ms bigint NOT NULL,
            created_by text COLLATE "C",
            last_used_ms bigint,
            secret_hash bytea NOT NULL UNIQUE
        );;

        CREATE TABLE service_secret (
            seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            service text COLLATE "C" NOT NULL,
            sealed text COLLATE "C",
            created_ms bigint NOT NULL,
            expires_ms bigint
        );;
        CREATE INDEX service_secret_by_service ON service_secret (service, seq);;

        CREATE TABLE pause (
            seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            begun_ms bigint NOT NULL,
            until_ms bigint,
            ended_ms bigint,
            service text COLLATE "C",
            job text COLLATE "C",
            tag text COLLATE "C",
            note text COLLATE "C",
            actor text COLLATE "C" NOT NULL,
            CHECK ((service IS NULL) <> (tag IS NULL) AND (job IS NULL OR service IS NOT NULL))
        );;
        CREATE INDEX pause_not_ended ON pause (begun_ms) WHERE ended_ms IS NULL;;
        CREATE INDEX pause_ended ON pause (ended_ms) WHERE ended_ms IS NOT NULL;;

        CREATE TABLE audit (
            seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            at_ms bigint NOT NULL,
            actor text COLLATE "C" NOT NULL,
            action text COLLATE "C" NOT NULL,
            service text COLLATE "C",
            job text COLLATE "C",
            subject text COLLATE "C",
            request_id text COLLATE "C",
            before text COLLATE "C",
            after text COLLATE "C"
        );;
        CREATE INDEX audit_by_time ON audit (at_ms);;
        CREATE INDEX audit_by_service ON audit (service, seq) WHERE service IS NOT NULL;;
        CREATE INDEX audit_by_job ON audit (service, job, seq) WHERE job IS NOT NULL;;
        CREATE INDEX audit_by_actor ON audit (actor, seq);;
        CREATE INDEX audit_by_action ON audit (action, seq)
        """
}
