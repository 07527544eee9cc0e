public import JobCore

/// The routing keys of all exchanges.
///
/// The key of a report is its kind and its line: `delivery.accepted.2`. The key of an event is its type and the two
/// names of its job: `execution.finished.billing.send-invoices`.
public enum RoutingKey {
    public static let scheduleDue = "schedule.due"
    public static let scheduleDueBulk = "schedule.due.bulk"
    public static let runRequested = "run.requested"
    public static let redeliveryRequested = "redelivery.requested"
    public static let deliveryDue = "delivery.due"
    public static let deliveryRequested = "delivery.requested"
    public static let deliveryRequestedBulk = "delivery.requested.bulk"
    public static let executionCreated = "execution.created"
    public static let executionStarted = "execution.started"
    public static let executionProgressed = "execution.progressed"
    public static let executionFinished = "execution.finished"
    public static let jobChanged = "job.changed"
    public static let baton = "ticker.baton"
    public static let deadLettersRequested = "deadletter.requested"
    /// Every key, as a topic exchange writes it.
    public static let any = "#"

    /// The key of a report.
    public static func report(_ kind: ReportKind, _ line: ReportLine) -> String { "\(kind.rawValue).\(line.index)" }

    /// The most bytes that a job's name has in the key of an event, so that the key is one that AMQP can send.
    static let nameBytesMax = 100

    /// The key of an event. Each name is one word: what is not a letter, a digit, `-` or `_` becomes `_`, and a name
    /// that
    /// is longer than `nameBytesMax` is cut.
    static func event(_ type: String, of job: JobName) -> String {
        "\(type).\(word(job.service)).\(word(job.job))"
    }

    private static func word(_ name: String) -> String {
        let bytes = name.utf8.prefix(nameBytesMax).map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                byte
            default: UInt8(ascii: "_")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The key of a mark that goes to this queue.
    public static func deliveryMark(_ stop: DeliveryMark.Stop) -> String { "delivery.mark.\(stop.rawValue)" }

    /// The key on the exchange `answers` of the process that has asked. `asker` is a UUID.
    public static func answer(to asker: String) -> String { "answer.\(asker)" }

    /// The key on the exchange `retry` of a step of the ladder, and the name of its queue.
    public static func retry(stepSeconds: Int64) -> String { "courier.retry.\(stepSeconds)" }
}
