import JSON
import JobCore

/// Reports of one line that are published at the same time, as one AMQP message: a message costs the broker and its
/// consumer far more than a report does.
///
/// The parts keep their ids, which the recorder deduplicates by. The batch has none: it means nothing beyond its parts.
///
/// ```json
/// {"reports": [{"kind": "delivery.accepted", "id": "…", "body": {…}},
///              {"kind": "delivery.deferred", "id": "…", "body": {…}}]}
/// ```
///
///     try await broker.publish(ReportBatch.joined(messages))
public struct ReportBatch: Codable {
    /// A report as it would be published alone.
    struct Part: Codable {
        var kind: String
        var id: String?
        var headers: [String: String]?
        var body: JSONSource
    }

    /// The longest bodies of a batch together, in bytes. It is far below what a consumer decodes.
    static let bytesMax = 262_144
    /// The most reports of a batch.
    static let countMax = 500
    /// A part may be as deep as a body may be, and have as many values.
    private static let limits = JSONLimits(
        bytesMax: MessageLimits.decodedBodyBytesMax, depthMax: JSONLimits.standard.depthMax + 3,
        valueCountMax: MessageLimits.decodedBodyBytesMax)

    var reports: [Part]

    /// The messages, with the reports of each line joined at the place of the first one. The reports of a line keep
    /// their order. A report that has no other to be joined with stays a message of its own.
    public static func joined(_ messages: [OutboundMessage]) -> [OutboundMessage] {
        guard messages.count > 1 else { return messages }
        var groups: [ReportGroup] = []
        var open: [String: Int] = [:]
        for message in messages {
            let place = message.exchange == .pipeline ? places[message.routingKey] : nil
            if let place, let index = open[place.key], groups[index].add(message, place.kind) { continue }
            if let place { open[place.key] = groups.count }
            groups.append(ReportGroup(message, place?.kind, batchKey: place?.key ?? ""))
        }
        return groups.map(\.message)
    }

    /// Where a report belongs: the routing key of its batch, and its kind.
    private typealias Place = (key: String, kind: ReportKind)

    /// By the routing key of a report.
    private static let places: [String: Place] = {
        var places: [String: Place] = [:]
        for batch in ReportBatchKind.allCases {
            for (kind, line) in batch.kinds.flatMap({ kind in ReportLine.allCases.map { (kind, $0) } }) {
                places[RoutingKey.report(kind, line)] = (RoutingKey.reports(batch, line), kind)
            }
        }
        return places
    }()

    /// By the routing key of a batch.
    static let keys: [String: (ReportBatchKind, ReportLine)] = {
        let all = ReportBatchKind.allCases.flatMap { kind in ReportLine.allCases.map { (kind, $0) } }
        return Dictionary(uniqueKeysWithValues: all.map { (RoutingKey.reports($0, $1), ($0, $1)) })
    }()

    /// Reads a body. Throws `UnreadableMessage`.
    init(reading body: [UInt8]) throws(UnreadableMessage) {
        do {
            self = try JSONDecoding.decode(Self.self, from: body, limits: Self.limits)
        } catch {
            throw UnreadableMessage("not a batch of reports: \(error)")
        }
    }

    init(_ reports: [Part]) {
        self.reports = reports
    }
}
