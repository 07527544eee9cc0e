import ArgumentParser
import Commands
import JobCore
import Messaging
import Store

/// Reads the values of arguments and options. Each throws a `ValidationError`, which makes a wrong value wrong usage
/// (exit 2), before anything is opened or sent.
enum Arguments {
    /// `service/name`
    @Sendable static func jobName(_ text: String) throws -> JobName {
        guard let name = JobName(text: text) else { throw ValidationError("give service/name") }
        for (part, value) in [("service", name.service), ("job", name.job)] {
            if let fault = JobName.fault(in: value) { throw ValidationError("the name of the \(part) \(fault)") }
        }
        return name
    }

    /// The name of a service.
    @Sendable static func serviceName(_ text: String) throws -> String {
        if let fault = JobName.fault(in: text) { throw ValidationError("the name of the service \(fault)") }
        return text
    }

    /// Who manages a job as code.
    @Sendable static func owner(_ text: String) throws -> String {
        if let fault = JobName.fault(in: text) { throw ValidationError("the name of the owner \(fault)") }
        return text
    }

    /// A tag of jobs.
    @Sendable static func tag(_ text: String) throws -> String {
        guard JobDocument.isTag(text) else {
            throw ValidationError("a tag has 1 to \(JobDocument.tagBytesMax) bytes")
        }
        return text
    }

    /// A time, RFC 3339.
    @Sendable static func instant(_ text: String) throws -> Instant {
        guard let instant = Instant(rfc3339: text), Instant.recordable.contains(instant) else {
            throw ValidationError("give a time such as 2030-01-31T08:00:00Z")
        }
        return instant
    }

    /// The id of an execution.
    @Sendable static func executionID(_ text: String) throws -> ExecutionID {
        guard let id = ExecutionID(text: text) else {
            throw ValidationError("an id is a UUID, such as 4a01965e-53f8-5e10-91d0-3f4a7e34dd21")
        }
        return id
    }

    /// A time: RFC 3339, or how long ago.
    @Sendable static func pastTime(_ text: String) throws -> Instant {
        guard let instant = TimeText.instant(of: text, now: SystemTime().now()) else {
            throw ValidationError("give an RFC 3339 time such as 2026-01-31T08:00:00Z, or a time ago such as 90m or 7d")
        }
        return instant
    }

    /// A whole number in a range.
    static func number(_ range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
        { text in
            guard let number = Int(text), range.contains(number) else {
                throw ValidationError("give a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
    }

    /// One of the names that a type has for its cases.
    @Sendable static func choice<Choice: CaseIterable & RawRepresentable<String>>(_ text: String) throws -> Choice {
        guard let choice = Choice(rawValue: text) else {
            throw ValidationError("give \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    /// The name of a new API key.
    @Sendable static func newKeyName(_ text: String) throws -> String {
        if let fault = KeyName.fault(in: text) { throw ValidationError(fault) }
        return text
    }

    /// `admin`, `read` or `service:NAME`
    @Sendable static func scope(_ text: String) throws -> APIKey.Scope {
        guard let scope = APIKey.Scope(text) else { throw ValidationError("give admin, read or service:NAME") }
        if case .service(let name) = scope { _ = try serviceName(name) }
        return scope
    }

    /// A time from 0 to 30 days, in seconds.
    @Sendable static func overlapSeconds(_ text: String) throws -> Int64 {
        guard let seconds = DurationText.seconds(of: text, secondsMax: 30 * 86_400) else {
            throw ValidationError("give 0, or a time such as 90s, 30m, 24h or 7d; at most 30d")
        }
        return seconds
    }

    /// The id of a dead letter.
    @Sendable static func deadLetterID(_ text: String) throws -> DeadLetterID {
        guard let id = DeadLetterID(text: text) else {
            throw ValidationError("an id is a UUID, as belfry dead list shows it")
        }
        return id
    }

    /// A work queue that has dead letters, without the prefix.
    @Sendable static func deadLetterQueue(_ text: String) throws -> WorkQueue {
        guard let queue = WorkQueue(rawValue: text), queue.hasDeadLetters else {
            let names = WorkQueue.allCases.filter(\.hasDeadLetters).map(\.rawValue)
            throw ValidationError("give a queue without prefix and “.dead”: \(names.joined(separator: ", "))")
        }
        return queue
    }

    /// The name of a job within its service.
    @Sendable static func jobNameInService(_ text: String) throws -> String {
        if let fault = JobName.fault(in: text) { throw ValidationError("the name of the job \(fault)") }
        return text
    }

    /// A time from 1 second to 10 years, in seconds.
    @Sendable static func ageSeconds(_ text: String) throws -> Int64 {
        guard let seconds = DurationText.seconds(of: text, secondsMax: 3_650 * 86_400), seconds > 0 else {
            throw ValidationError("give a time such as 90s, 15m, 1h or 7d; at most 3650d")
        }
        return seconds
    }

    /// Any text but the empty one.
    @Sendable static func notEmpty(_ text: String) throws -> String {
        guard !text.isEmpty else { throw ValidationError("the value is empty") }
        return text
    }

    /// The name of a time zone.
    static func timeZone(_ text: String) throws -> String {
        do throws(ScheduleError) {
            return try ScheduleKey("rate(1 minute)", timeZone: text).parsed().timeZone
        } catch {
            throw ValidationError("--time-zone: \(error.message) \(error.hint)")
        }
    }

    /// A target in which `{service}` and `{job}` stand for names.
    @Sendable static func targetTemplate(_ text: String) throws -> TargetTemplate {
        do throws(InvalidDocument) {
            return try TargetTemplate(text)
        } catch {
            throw ValidationError(
                "the target \(error.errors.map { "\($0.message). \($0.hint)" }.joined(separator: " "))")
        }
    }
}
