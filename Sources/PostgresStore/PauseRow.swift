import JobCore
import PostgreSQL
import Store
import StoreRows

/// The rows of operators' pauses: how they are found, read and written.
enum PauseRow {
    private static let columns = "service, job, tag, note, begun_ms, until_ms, ended_ms, actor"

    /// The pauses that cover an instant from $1 through $2. Each half has its index, so that it costs next to nothing
    /// when there is no such pause: the dispatcher asks for every few due events.
    static let selectCovering = """
        SELECT \(columns) FROM pause
        WHERE ended_ms IS NULL AND begun_ms <= $2 AND (until_ms IS NULL OR until_ms > $1)
        UNION ALL
        SELECT \(columns) FROM pause
        WHERE ended_ms > $1 AND begun_ms <= $2 AND (until_ms IS NULL OR until_ms > $1)
        """

    /// Removes the pauses that ended before $1, up to $2 of them.
    static let removeOver = """
        DELETE FROM pause WHERE seq = ANY (ARRAY(
            SELECT seq FROM pause WHERE ended_ms < $1
            UNION ALL
            SELECT seq FROM pause WHERE ended_ms IS NULL AND until_ms < $1
            LIMIT $2))
        """

    /// The numbers of the jobs for which a pause is in force, each once, deleted ones among them. The text is made for
    /// one call.
    static func selectJobs(at instant: Instant) -> String {
        let now = instant.millisecondsSinceEpoch
        let inForce = "p.ended_ms IS NULL AND p.begun_ms <= \(now) AND (p.until_ms IS NULL OR p.until_ms > \(now))"
        return """
            SELECT o.seq FROM pause p JOIN job o ON o.service = p.service AND o.name = p.job WHERE \(inForce)
            UNION
            SELECT o.seq FROM pause p JOIN job o ON o.service = p.service WHERE p.job IS NULL AND \(inForce)
            UNION
            SELECT t.job FROM pause p JOIN job_tag t ON t.tag = p.tag WHERE \(inForce)
            """
    }

    static func covering(
        from first: Instant, through last: Instant, in database: PostgresDatabase,
        leavingOut unreadable: UnreadableRows
    ) throws -> [JobPause] {
        let rows = try database.rows(selectCovering, [.instant(first), .instant(last)]).makeIterator()
        return try unreadable.list({ rows.next() }, read)
    }

    /// The pauses of a subject that are not over, the newest first: at most one, unless a clock was turned back.
    static func current(
        _ subject: JobPause.Subject, at now: Instant, in database: PostgresDatabase
    ) throws -> [(seq: Int64, pause: JobPause)] {
        let rows = try database.rows(
            """
            SELECT \(columns), seq
            FROM (SELECT * FROM pause WHERE ended_ms IS NULL UNION ALL SELECT * FROM pause WHERE ended_ms > $4) p
            WHERE service IS NOT DISTINCT FROM $1 AND job IS NOT DISTINCT FROM $2 AND tag IS NOT DISTINCT FROM $3
                AND (until_ms IS NULL OR until_ms > $4)
            ORDER BY seq DESC
            """, subject.values + [.instant(now)])
        return try rows.map { (seq: try $0.value(8), pause: try read($0)) }
    }

    static func insert(_ pause: JobPause, into database: PostgresDatabase) {
        database.enqueue(
            "INSERT INTO pause (\(columns)) VALUES ($1, $2, $3, $4, $5, $6, NULL, $7)",
            pause.subject.values + [
                .text(pause.note), .instant(pause.begunAt), .instant(pause.until), .text(pause.by),
            ])
    }

    static func update(_ seq: Int64, to pause: JobPause, in database: PostgresDatabase) {
        database.enqueue(
            "UPDATE pause SET note = $1, begun_ms = $2, until_ms = $3, ended_ms = $4, actor = $5 WHERE seq = $6",
            [
                .text(pause.note), .instant(pause.begunAt), .instant(pause.until), .instant(pause.endedAt),
                .text(pause.by), .integer(seq),
            ])
    }

    /// Writes the end of the pauses that have ended by themselves, so that what the dispatcher looks through stays
    /// small. It changes no end.
    static func endThoseOver(at now: Instant, in database: PostgresDatabase) {
        database.enqueue(
            "UPDATE pause SET ended_ms = until_ms WHERE ended_ms IS NULL AND until_ms <= $1", [.instant(now)])
    }

    static func mayBeAdded(in database: PostgresDatabase) throws -> Bool {
        let count: Int = try database.rows("SELECT count(*) FROM pause WHERE ended_ms IS NULL")[0].value(0)
        return count < JobPause.inForceMax
    }

    /// The jobs on record that a pause of this subject concerns.
    static func jobCount(of subject: JobPause.Subject, in database: PostgresDatabase) throws -> Int {
        let (condition, values): (String, [PostgresValue]) =
            switch subject {
            case .job(let name): ("service = $1 AND name = $2", [.text(name.service), .text(name.job)])
            case .service(let service): ("service = $1", [.text(service)])
            case .tag(let tag): ("seq IN (SELECT job FROM job_tag WHERE tag = $1)", [.text(tag)])
            }
        return try database.rows(
            "SELECT count(*) FROM job WHERE deleted_ms IS NULL AND \(condition)", values)[0].value(0)
    }

    private static func read(_ row: PostgresRow) throws -> JobPause {
        var names = ColumnReader(row)
        let subject = JobPause.Subject(service: try names.next(), job: try names.next(), tag: try names.next())
        return try UnreadableRow.naming(.pause, "the pause of \(subject)") {
            var column = ColumnReader(row, from: 3)
            return JobPause(
                subject, note: try column.next(), begunAt: try column.instant(), until: try column.instantIfAny(),
                by: try row.value(7), endedAt: try column.instantIfAny())
        }
    }
}

extension JobPause.Subject {
    /// A CHECK keeps rows that name both a service and a tag, or neither, out of the table.
    fileprivate init(service: String?, job: String?, tag: String?) {
        let name = service ?? ""
        self = tag.map { .tag($0) } ?? job.map { .job(JobName(service: name, job: $0)) } ?? .service(name)
    }

    /// The columns `service`, `job` and `tag`.
    fileprivate var values: [PostgresValue] {
        switch self {
        case .job(let name): [.text(name.service), .text(name.job), .text(nil)]
        case .service(let service): [.text(service), .text(nil), .text(nil)]
        case .tag(let tag): [.text(nil), .text(nil), .text(tag)]
        }
    }
}
