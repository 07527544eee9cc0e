import JSON
import JobCore
import Messaging

/// The body of `POST /dead-letters:replay` and `:drop`: which letters, how many and how fast.
struct DeadLetterDocument {
    /// Letters that are replayed in a second, and in a pass of at most 1,000.
    static let rates: ClosedRange<Int64> = 1...10_000
    static let limitMax: Int64 = 1_000

    var filter = DeadLetterFilter()
    var limit = Int(limitMax)
    var ratePerSecond: Int?
    var isDryRun: Bool
    var after: DeadLetterPosition?
    /// A letter that is in no queue and is to be published; there is no filter then.
    var letter: ExportedLetter?

    /// Reads a body. Throws all its mistakes at once.
    init(_ body: JSONValue, action: DeadLettersRequested.Action, now: Instant) throws(InvalidDocument) {
        guard case .object(let fields) = body else { throw .notAnObject }
        var reader = DocumentReader(fields)
        isDryRun = reader.bool("dry_run") ?? false
        if action == .replay, let exported = reader.object("letter") {
            var inner = DocumentReader(exported, path: "/letter")
            letter = ExportedLetter(&inner)
            reader.adopt(inner)
        } else {
            readFilter(&reader, now)
            limit = reader.integer("limit", in: 1...Self.limitMax).map(Int.init) ?? limit
            if action == .replay {
                ratePerSecond = reader.integer("rate_per_second", in: Self.rates).map(Int.init)
            }
            if let token = reader.string("more", bytesMax: 256) {
                after = Paging.deadLetterPosition(token)
                if after == nil {
                    reader.report(
                        "more", .invalid, "is not a page of this list", hint: "Give paging.more of the pass before.")
                }
            }
        }
        reader.refuseUnknownFields()
        guard reader.errors.isEmpty else { throw InvalidDocument(reader.errors) }
    }

    private mutating func readFilter(_ reader: inout DocumentReader, _ now: Instant) {
        let all = reader.bool("all") ?? false
        for value in reader.array("queue", itemsMax: WorkQueue.allCases.count) ?? [] {
            if case .string(let name) = value, let queue = DeadLetterField.queue(name) {
                filter.queues.append(queue)
            } else {
                reader.report("queue", .notAllowed, "is \(Self.shown(value))", hint: DeadLetterField.queueHint)
            }
        }
        filter.id = reader.checked("id", hint: DeadLetterField.idHint, DeadLetterID.init(text:))
        filter.service = reader.checked("service", hint: JobName.hint, DeadLetterField.name)
        filter.job = reader.checked("job", hint: JobName.hint, DeadLetterField.name)
        filter.reason = reader.checked("reason", hint: DeadLetterField.reasonHint, DeadLetterField.reason)
        filter.error = reader.checked("error", hint: DeadLetterField.errorHint, DeadLetterField.error)
        let age = reader.integer("older_than_seconds", in: DeadLetterField.agesSeconds)
        let before = reader.instantOrMilliseconds("before")
        let hasCondition = filter != DeadLetterFilter() || age != nil || before != nil
        if !all, !hasCondition, reader.errors.isEmpty {
            reader.report(
                "all", .missing, "is missing, and so is every condition",
                hint: "Give a condition, such as queue or service, or \"all\": true for every dead letter.")
        }
        filter.before = [before, age.map { now.adding(seconds: -$0) }].compactMap(\.self).min()
        // A letter that is named is handled in any case: the clock of its stage may have been wrong.
        if filter.id == nil { filter.before = filter.before ?? now }
    }

    private static func shown(_ value: JSONValue) -> String {
        guard case .string(let text) = value else { return value.kind }
        return "“\(text.prefix(64))”"
    }
}

extension DocumentReader {
    /// Takes a string of which `read` makes a value. It returns nil for one that is wrong.
    fileprivate mutating func checked<Value>(
        _ field: String, hint: String, _ read: (String) -> Value?
    ) -> Value? {
        guard let text = string(field, bytesMax: DeadLetterField.textBytesMax) else { return nil }
        let value = read(text)
        if value == nil { report(field, .invalid, "is “\(text.prefix(64))”", hint: hint) }
        return value
    }

    /// Takes a time of the years 1970 to 9999: RFC 3339, or milliseconds since the epoch.
    fileprivate mutating func instantOrMilliseconds(_ field: String) -> Instant? {
        guard let value = any(field) else { return nil }
        let instant: Instant? =
            switch value {
            case .string(let text): Instant(rfc3339: text)
            default: value.wholeNumber.flatMap(Instant.init(readable:))
            }
        if let instant, Instant.recordable.contains(instant) { return instant }
        report(
            field, .invalid, "is not a time of the years 1970 to 9999",
            hint: "Give RFC 3339, or milliseconds since 1970.")
        return nil
    }
}
