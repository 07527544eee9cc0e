import FoundationEssentials
import JobCore
import Messaging
import Store

/// `{"more": …}`: the parameter that leads to the next page; null on the last page.
struct Paging: Encodable {
    var more: String?

    private enum CodingKeys: String, CodingKey { case more }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(more, forKey: .more)
    }

    /// The token of the page of executions that begins after this position, `ExecutionPage.more`.
    static func token(after position: ExecutionPosition) -> String {
        let numbers = [position.occurrence.millisecondsSinceEpoch, position.number]
        return numbers.map { String($0, radix: 36) }.joined(separator: ".")
    }

    /// The position in a token; nil unless `token(after:)` returned it.
    static func executionPosition(_ token: String) -> ExecutionPosition? {
        let numbers = token.split(separator: ".").compactMap { Int64($0, radix: 36) }
        guard numbers.count == 2, numbers[1] > 0 else { return nil }
        let position = ExecutionPosition(
            occurrence: Instant(millisecondsSinceEpoch: numbers[0]), number: numbers[1])
        return Self.token(after: position) == token ? position : nil
    }

    /// The token of the page that begins after the audit entry of this number.
    static func token(afterEntry number: Int64) -> String { String(number, radix: 36) }

    /// The number in a token; nil unless `token(afterEntry:)` returned it.
    static func entryNumber(_ token: String) -> Int64? {
        guard let number = Int64(token, radix: 36), number > 0, Self.token(afterEntry: number) == token else {
            return nil
        }
        return number
    }

    /// The token of the page that begins after this job.
    static func token(after name: JobName) -> String { token(of: "\(name)") }

    /// The job in a token; nil unless `token(after:)` returned it.
    static func jobName(_ token: String) -> JobName? {
        let name = text(in: token).flatMap(JobName.init(text:))
        return name.flatMap { Self.token(after: $0) == token ? $0 : nil }
    }

    /// The token of the page that begins after this service.
    static func token(afterService name: String) -> String { token(of: name) }

    /// The name of the service in a token; nil unless `token(afterService:)` returned it.
    static func serviceName(_ token: String) -> String? {
        guard let name = text(in: token), JobName.fault(in: name) == nil else { return nil }
        return Self.token(afterService: name) == token ? name : nil
    }

    /// The token of the page that begins after this schedule. Only the expression may have a line break.
    static func token(after schedule: ScheduleKey) -> String {
        token(of: "\(schedule.dst)\n\(schedule.timeZone)\n\(schedule.expression)")
    }

    /// The schedule in a token; nil unless `token(after:)` returned it.
    static func schedule(_ token: String) -> ScheduleKey? {
        let parts = text(in: token)?.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false) ?? []
        guard parts.count == 3, let dst = DSTPolicy(String(parts[0])) else { return nil }
        let schedule = ScheduleKey(String(parts[2]), timeZone: String(parts[1]), dst: dst)
        return Self.token(after: schedule) == token ? schedule : nil
    }

    /// The token of the page that begins after the pause of this subject.
    static func token(after subject: JobPause.Subject) -> String { token(of: key(of: subject)) }

    /// The place of a subject in the order of the list of pauses.
    static func key(of subject: JobPause.Subject) -> String {
        switch subject {
        case .job(let name): "job/\(name)"
        case .service(let service): "service/\(service)"
        case .tag(let tag): "tag/\(tag)"
        }
    }

    /// The key in a token; nil unless `token(after:)` returned it.
    static func pauseKey(_ token: String) -> String? {
        guard let key = text(in: token), Self.token(of: key) == token,
            ["job/", "service/", "tag/"].contains(where: { key.hasPrefix($0) })
        else { return nil }
        return key
    }

    /// The token of the page that begins after this dead letter.
    static func token(after position: DeadLetterPosition) -> String {
        token(of: "\(position.queue.rawValue)/\(position.id)" + (position.copy.map { "/\($0)" } ?? ""))
    }

    /// The place in a token; nil unless `token(after:)` returned it, for a queue that has dead letters.
    static func deadLetterPosition(_ token: String) -> DeadLetterPosition? {
        let parts = text(in: token)?.split(separator: "/") ?? []
        guard (2...3).contains(parts.count), let queue = DeadLetterField.queue(String(parts[0])),
            let id = DeadLetterID(text: String(parts[1]))
        else { return nil }
        let copy = parts.count == 3 ? Int(parts[2]) : nil
        guard copy ?? 0 >= 0 else { return nil }
        let position = DeadLetterPosition(queue: queue, id: id, copy: copy)
        return Self.token(after: position) == token ? position : nil
    }

    /// base64url with padding (RFC 4648, section 5).
    private static func token(of text: String) -> String {
        Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }

    private static func text(in token: String) -> String? {
        let base64 = token.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: base64).map { String(decoding: $0, as: UTF8.self) }
    }
}
