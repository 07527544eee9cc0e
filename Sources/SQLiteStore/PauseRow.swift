import GRDB
import JobCore
import Store
import StoreRows

/// The rows of operators' pauses: how they are found, read and written.
enum PauseRow {
    private static let columns = "service, job, tag, note, begun_ms, until_ms, ended_ms, actor"

    /// The pauses that cover an instant from ?1 through ?2. Each half has its index, so that it costs next to nothing
    /// when there is no such pause: the dispatcher asks for every few due events.
    static let selectCovering = """
        SELECT \(columns) FROM pause
        WHERE ended_ms IS NULL AND begun_ms <= ?2 AND (until_ms IS NULL OR until_ms > ?1)
        UNION ALL
        SELECT \(columns) FROM pause
        WHERE ended_ms > ?1 AND begun_ms <= ?2 AND (until_ms IS NULL OR until_ms > ?1)
        """

    /// The pauses that ended before ?1, up to ?2 of them.
    static let selectOver = """
        SELECT seq FROM pause WHERE ended_ms < ?1
        UNION ALL
        SELECT seq FROM pause WHERE ended_ms IS NULL AND until_ms < ?1
        LIMIT ?2
        """

    /// The numbers of the jobs for which a pause is in force, each once, deleted ones among them.
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
        from first: Instant, through last: Instant, in database: Database, leavingOut unreadable: UnreadableRows
    ) throws -> [JobPause] {
        let statement = try database.cachedStatement(sql: selectCovering)
        let rows = try Row.fetchCursor(statement, arguments: [first.databaseValue, last.databaseValue])
        return try unreadable.list(rows.next) { try read($0) }
    }

    /// The pauses of a subject that are not over, the newest first: at most one, unless a clock was turned back.
    static func current(
        _ subject: JobPause.Subject, at now: Instant, in database: Database
    ) throws -> [(seq: Int64, pause: JobPause)] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT \(columns), seq
                FROM (SELECT * FROM pause WHERE ended_ms IS NULL UNION ALL SELECT * FROM pause WHERE ended_ms > ?4)
                WHERE service IS ?1 AND job IS ?2 AND tag IS ?3 AND (until_ms IS NULL OR until_ms > ?4)
                ORDER BY seq DESC
                """,
            arguments: StatementArguments(subject.databaseValues + [now.databaseValue]))
        return try rows.map { (seq: $0["seq"], pause: try read($0)) }
    }

    static func insert(_ pause: JobPause, into database: Database) throws {
        try database.execute(
            sql: "INSERT INTO pause (\(columns)) VALUES (?, ?, ?, ?, ?, ?, NULL, ?)",
            arguments: StatementArguments(
                pause.subject.databaseValues + [
                    pause.note.databaseValue, pause.begunAt.databaseValue,
                    (pause.until?.millisecondsSinceEpoch).databaseValue, pause.by.databaseValue,
                ]))
    }

    static func update(_ seq: Int64, to pause: JobPause, in database: Database) throws {
        try database.execute(
            sql: "UPDATE pause SET note = ?, begun_ms = ?, until_ms = ?, ended_ms = ?, actor = ? WHERE seq = ?",
            arguments: [
                pause.note, pause.begunAt.millisecondsSinceEpoch, pause.until?.millisecondsSinceEpoch,
                pause.endedAt?.millisecondsSinceEpoch, pause.by, seq,
            ])
    }

    /// Writes the end of the pauses that have ended by themselves, so that what the dispatcher looks through stays
    /// small. It changes no end.
    static func endThoseOver(at now: Instant, in database: Database) throws {
        try database.execute(
            sql: "UPDATE pause SET ended_ms = until_ms WHERE ended_ms IS NULL AND until_ms <= ?",
            arguments: [now.databaseValue])
    }

    static func mayBeAdded(in database: Database) throws -> Bool {
        let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM pause WHERE ended_ms IS NULL")
        return (count ?? 0) < JobPause.inForceMax
    }

    /// The jobs on record that a pause of this subject concerns.
    static func jobCount(of subject: JobPause.Subject, in database: Database) throws -> Int {
        let (condition, arguments): (String, StatementArguments) =
            switch subject {
            case .job(let name): ("service = ? AND name = ?", [name.service, name.job])
            case .service(let service): ("service = ?", [service])
            case .tag(let tag): ("seq IN (SELECT job FROM job_tag WHERE tag = ?)", [tag])
            }
        return try Int.fetchOne(
            database, sql: "SELECT count(*) FROM job WHERE deleted_ms IS NULL AND \(condition)", arguments: arguments)
            ?? 0
    }

    private static func read(_ row: Row) throws(UnreadableRow) -> JobPause {
        let (service, job, tag): (String?, String?, String?) = (row[0], row[1], row[2])
        let subject = JobPause.Subject(service: service, job: job, tag: tag)
        return try UnreadableRow.naming(.pause, "the pause of \(subject)") {
            var column = ColumnReader(row, from: 3)
            return JobPause(
                subject, note: try column.next(), begunAt: try column.instant(), until: try column.instantIfAny(),
                by: try row.decode(String.self, atIndex: 7), endedAt: try column.instantIfAny())
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
    fileprivate var databaseValues: [DatabaseValue] {
        switch self {
        case .job(let name): [name.service.databaseValue, name.job.databaseValue, .null]
        case .service(let service): [service.databaseValue, .null, .null]
        case .tag(let tag): [.null, .null, tag.databaseValue]
        }
    }
}
