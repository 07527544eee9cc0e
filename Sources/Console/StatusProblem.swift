import Messaging

/// Something that an operator has to act on.
struct StatusProblem: Sendable, Equatable, Encodable {
    /// For programs. A code stays the same when the texts are improved.
    enum Code: String, Sendable, Encodable, CaseIterable {
        case storeFault = "store_fault"
        case storeUnavailable = "store_unavailable"
        case brokerUnavailable = "broker_unavailable"
        case brokerBlocked = "broker_blocked"
        case queueMissing = "queue_missing"
        case stageDown = "stage_down"
        case stageDegraded = "stage_degraded"
        case attemptsLate = "attempts_late"
        case messagesLate = "messages_late"
        case deadLetters = "dead_letters"
    }

    var code: Code
    var message: String
    /// What to do.
    var hint: String

    init(_ code: Code, _ message: String, hint: String) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// What is due, or waits in a queue, is late after this time: as for an occurrence, which is a misfire then.
    static let lateSecondsMax: Int64 = 60
    /// The names that one message lists.
    private static let namesMax = 5

    /// All problems, those first that explain others.
    static func all(_ reading: StatusReading) -> [StatusProblem] {
        storage(reading) + broker(reading) + StageHealth.all(reading).compactMap(stage) + late(reading)
            + [deadLetters(reading)].compactMap(\.self)
    }

    private static func storage(_ reading: StatusReading) -> [StatusProblem] {
        switch reading.store {
        case .ok: []
        case .full:
            [StatusProblem(.storeFault, "The store's disk is full.", hint: "Free some space on it.")]
        case .notWritable:
            [
                StatusProblem(
                    .storeFault, "The store's files can't be written.",
                    hint: "Make them and their folder writable for Belfry's user.")
            ]
        case .failing:
            [StatusProblem(.storeFault, "The store's disk takes no writes.", hint: "Check the disk.")]
        case .readOnly:
            [
                StatusProblem(
                    .storeFault, "The store's database takes no writes.",
                    hint: "Check that its server is the primary.")
            ]
        case .unavailable:
            [StatusProblem(.storeUnavailable, "The store can't be read.", hint: "The log of consoled says why.")]
        case .noAnswer:
            [
                StatusProblem(
                    .storeUnavailable, "The store gives no answer.",
                    hint: "Check the disk that it is on, and the load of its machine.")
            ]
        }
    }

    private static func broker(_ reading: StatusReading) -> [StatusProblem] {
        let missing =
            WorkQueue.allCases.flatMap { [$0.rawValue] + [$0.deadLetterQueue].compactMap(\.self) }
            .filter(reading.lacks) + StatusReading.retryLadder.filter(reading.lacks)
        var problems: [StatusProblem] = []
        switch reading.broker {
        case .ok: break
        case .blocked:
            problems.append(
                StatusProblem(
                    .brokerBlocked, "The broker takes no messages from consoled.",
                    hint: "Look for an alarm of memory or disk: `rabbitmq-diagnostics alarms`."))
        case .unavailable:
            problems.append(
                StatusProblem(
                    .brokerUnavailable, "The broker gives no answer, so nothing is known of the queues.",
                    hint: "Check that RabbitMQ runs and can be reached. The log of consoled says more."))
        }
        if !missing.isEmpty {
            problems.append(
                StatusProblem(
                    .queueMissing, "The broker lacks \(list(missing, "queue")).",
                    hint: "Create what is missing with `belfry topology apply`."))
        }
        return problems
    }

    private static func stage(_ health: StageHealth) -> StatusProblem? {
        let detail = health.detail.map { ": \($0)" } ?? ""
        switch health.state {
        case .ok, .unknown: return nil
        case .down:
            return StatusProblem(
                .stageDown, "\(health.stage.rawValue) is down\(detail).",
                hint: "Start it. If it runs, its log and its `/readyz` say why it does not work.")
        case .degraded:
            return StatusProblem(
                .stageDegraded, "\(health.stage.rawValue) works only in part\(detail).",
                hint: "Look at its log and at its `/readyz`.")
        }
    }

    private static func late(_ reading: StatusReading) -> [StatusProblem] {
        var problems: [StatusProblem] = []
        if let late = reading.lateSeconds, late > lateSecondsMax {
            problems.append(
                StatusProblem(
                    .attemptsLate, "An attempt has been due for \(late) s and was not made.",
                    hint: "Look at courierd and dispatcherd, and at `belfry executions --status pending`."))
        }
        for queue in WorkQueue.allCases {
            guard let oldest = reading.oldestSecondsMax(in: queue), oldest > lateSecondsMax,
                let depth = reading.depths?[queue.rawValue], depth.consumers > 0
            else { continue }
            let stage = StatusStage.consuming(queue).rawValue
            problems.append(
                StatusProblem(
                    .messagesLate,
                    "\(queue.rawValue) has \(count(depth.ready, "message")), the oldest for up to \(oldest) s.",
                    hint: "Look at the log and the load of \(stage), or run more of it."))
        }
        return problems
    }

    private static func deadLetters(_ reading: StatusReading) -> StatusProblem? {
        let counts = WorkQueue.allCases.map { ($0, reading.deadLetters(of: $0) ?? 0) }.filter { $0.1 > 0 }
        guard !counts.isEmpty else { return nil }
        let queues = counts.prefix(namesMax).map { "\($0.0.rawValue) (\($0.1))" }.joined(separator: ", ")
        return StatusProblem(
            .deadLetters,
            "There \(counts.map(\.1) == [1] ? "is" : "are") \(count(counts.reduce(0) { $0 + $1.1 }, "dead letter")): "
                + queues + (counts.count > namesMax ? " …" : "") + ".",
            hint: "Look at them with `belfry dead list`, then replay or drop them.")
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    private static func list(_ names: [String], _ noun: String) -> String {
        count(names.count, noun) + ": " + names.prefix(namesMax).joined(separator: ", ")
            + (names.count > namesMax ? " …" : "")
    }
}
