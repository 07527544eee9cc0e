public import JobCore

/// The ids of all messages, in one place: they are the keys by which a message handled twice is recognised.
///
/// Each is computed from what the message is about, so that the same fact published twice carries the same id, and two
/// facts never share one. The recorder deduplicates reports by it, subscribers deduplicate events by it.
public enum MessageID {
    /// One for each schedule, occurrence and shard: a ticker that repeats a tick repeats the id.
    public static func scheduleDue(_ schedule: ScheduleKey, at occurrence: Instant, shard: Int) -> String {
        // Hashed: an expression alone may be longer than an id may be.
        let key = ReportID(messageID: "\(schedule.expression)|\(schedule.timeZone)|\(schedule.dst)").rawValue
        return "due/\(String(UInt64(bitPattern: key), radix: 16))/\(occurrence.millisecondsSinceEpoch)/\(shard)"
    }

    /// One for each cursor.
    public static func baton(cursor: Instant) -> String { "baton/\(cursor.millisecondsSinceEpoch)" }

    /// A requested run is its execution.
    public static func runRequested(_ execution: ExecutionID) -> String { "\(execution)" }

    /// One for each instant at which the delivery was found overdue: a later request is another one.
    public static func deliveryDue(_ execution: ExecutionID, foundAt instant: Instant) -> String {
        "\(execution)/due/\(instant.millisecondsSinceEpoch)"
    }

    /// One for each attempt: the courier knows by it what it already has in hand.
    public static func delivery(_ execution: ExecutionID, attempt: Int) -> String { "\(execution)/\(attempt)" }

    /// One for each attempt and its result, so that a result that is reported twice counts once.
    static func attempt(_ execution: ExecutionID, _ attempt: Int, _ result: String) -> String {
        "\(execution)/\(attempt)/\(result)"
    }

    /// One for each time that a busy target had an attempt's delivery deferred.
    static func deferral(_ execution: ExecutionID, attempt: Int, count: Int) -> String {
        "\(execution)/\(attempt)/deferral/\(count)"
    }

    /// One for each deadline and each time that it was reported: the reaper repeats a report that may have come too
    /// late, and the repeat must be judged anew.
    public static func expired(_ execution: ExecutionID, _ expiry: Expiry, noticedAt: Instant) -> String {
        "\(execution)/\(expiry.rawValue)/\(noticedAt.millisecondsSinceEpoch)"
    }

    /// An execution is cancelled once.
    public static func cancelled(_ execution: ExecutionID) -> String { "\(execution)/cancelled" }

    /// An execution starts and finishes once, and progresses with each heartbeat.
    public static func event(_ event: ExecutionEvent, of execution: Execution) -> String {
        switch event {
        case .started, .finished: "\(execution.id)/\(event.rawValue)"
        case .progressed:
            "\(execution.id)/\(event.rawValue)/\(execution.state.lastHeartbeatAt?.millisecondsSinceEpoch ?? 0)"
        }
    }

    /// One for each change of a job.
    public static func jobChanged(_ job: JobID, at instant: Instant) -> String {
        "\(job)/changed/\(instant.millisecondsSinceEpoch)"
    }

    /// Random: a service that posts the same callback twice reports twice, as far as anyone can tell. The id makes the
    /// recorder apply each of the two once.
    public static func callback() -> String { Identifier<Execution>.random().description }
}
