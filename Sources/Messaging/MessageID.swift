public import JobCore

/// The ids of all messages, in one place: they are the deduplication keys.
///
/// An id is computed from the fact that its message reports. The same fact published twice has the same id, and two
/// facts never share an id. The recorder deduplicates reports by their ids, and subscribers deduplicate events.
public enum MessageID {
    /// Differs by schedule, occurrence and range. A ticker that repeats a tick repeats the id.
    public static func scheduleDue(_ schedule: ScheduleKey, at occurrence: Instant, in range: JobRange) -> String {
        let key = hash("\(schedule.expression)|\(schedule.timeZone)|\(schedule.dst)")
        let bounds = [range.from, range.to].map { $0.map { "\($0.service)/\($0.id)" } ?? "" }
        return "due/\(key)/\(occurrence.millisecondsSinceEpoch)/\(hash("\(bounds[0])|\(bounds[1])"))"
    }

    /// For what may be longer than the longest id.
    private static func hash(_ text: String) -> String {
        String(UInt64(bitPattern: ReportID(messageID: text).rawValue), radix: 16)
    }

    /// Differs by cursor.
    public static func baton(cursor: Instant) -> String { "baton/\(cursor.millisecondsSinceEpoch)" }

    /// The id of the requested execution.
    public static func runRequested(_ execution: ExecutionID) -> String { "\(execution)" }

    /// Differs by execution, attempt, number of times that the delivery waited in the retry ladder before it, and
    /// number of replays.
    static func deliveryDue(_ execution: ExecutionID, attempt: Int, deferrals: Int, replays: Int) -> String {
        "\(execution)/\(attempt)/due/\(deferrals)" + (replays > 0 ? "/replay/\(replays)" : "")
    }

    /// Differs by execution and attempt: the same attempt requested twice has the same id.
    public static func delivery(_ execution: ExecutionID, attempt: Int) -> String { "\(execution)/\(attempt)" }

    /// Differs by execution, attempt and result, so that a result that is reported twice counts once.
    static func attempt(_ execution: ExecutionID, _ attempt: Int, _ result: String) -> String {
        "\(execution)/\(attempt)/\(result)"
    }

    /// Differs by execution, attempt and number of deferrals because of a busy target.
    static func deferral(_ execution: ExecutionID, attempt: Int, count: Int) -> String {
        "\(execution)/\(attempt)/deferral/\(count)"
    }

    /// Differs by execution, deadline and the instant of the report: the reaper repeats a report that may have come too
    /// late, and the recorder must judge the repeat anew.
    public static func expired(_ execution: ExecutionID, _ expiry: Expiry, noticedAt: Instant) -> String {
        "\(execution)/\(expiry.rawValue)/\(noticedAt.millisecondsSinceEpoch)"
    }

    /// Differs by execution and by the instant at which the delivery was found overdue: a later report is a new fact.
    static func overdue(_ execution: ExecutionID, noticedAt instant: Instant) -> String {
        "\(execution)/overdue/\(instant.millisecondsSinceEpoch)"
    }

    /// Differs by execution and by the instant at which the delivery was found lost: a later request is a new fact.
    static func redelivery(_ execution: ExecutionID, foundAt instant: Instant) -> String {
        "\(execution)/redelivery/\(instant.millisecondsSinceEpoch)"
    }

    /// Differs by execution and by the instant at which it was released: a release that is published again is the same.
    static func release(_ execution: ExecutionID, at instant: Instant) -> String {
        "\(execution)/release/\(instant.millisecondsSinceEpoch)"
    }

    /// Differs by line and instant. Signs of two endpoints at the same instant are the same fact.
    static func signOfLife(_ line: ReportLine, madeAt instant: Instant) -> String {
        "sign/\(line.index)/\(instant.millisecondsSinceEpoch)"
    }

    /// Differs by instant and by the queue that the mark goes to.
    static func mark(madeAt instant: Instant, at stop: DeliveryMark.Stop) -> String {
        "mark/\(instant.millisecondsSinceEpoch)/\(stop.rawValue)"
    }

    /// Differs by line and mark: a mark that is taken twice is the same fact.
    static func markTaken(_ line: ReportLine, madeAt instant: Instant) -> String {
        "mark/\(instant.millisecondsSinceEpoch)/taken/\(line.index)"
    }

    /// Differs by execution, since an execution is cancelled once.
    public static func cancelled(_ execution: ExecutionID) -> String { "\(execution)/cancelled" }

    /// Differs by execution and event; for progress also by the instant of the heartbeat. An execution is created,
    /// starts and finishes once.
    static func event(_ event: ExecutionEvent, of execution: ExecutionID, at instant: Instant) -> String {
        switch event {
        case .created, .started, .finished: "\(execution)/\(event.rawValue)"
        case .progressed: "\(execution)/\(event.rawValue)/\(instant.millisecondsSinceEpoch)"
        }
    }

    /// Differs by job, by the instant of the change, and by whether the job was put or deleted.
    static func jobChanged(_ job: JobID, isDeleted: Bool, at instant: Instant) -> String {
        "\(job)/\(isDeleted ? "deleted" : "changed")/\(instant.millisecondsSinceEpoch)"
    }

    /// Random, since nothing tells a repeated callback from a second callback. The id makes the recorder apply each
    /// received callback once.
    public static func callback() -> String { Identifier<Execution>.random().description }

    /// The id that the service gave to a callback which it published, or else a hash of its body.
    public static func callback(_ execution: ExecutionID, published id: String?, body: [UInt8]) -> String {
        let own = id ?? String(decoding: body, as: UTF8.self)
        return "\(execution)/callback/\(hash(own))"
    }
}
