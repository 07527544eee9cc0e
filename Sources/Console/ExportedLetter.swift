import FoundationEssentials
import JSON
import JobCore
import Messaging

/// A letter with its body, in the form in which the API shows it: read back to be published again.
struct ExportedLetter {
    var letter: DeadLetter
    var body: [UInt8]

    /// Takes all fields of a letter. Nil with a mistake, which the reader keeps.
    ///
    /// Texts may have a NUL, since nothing but a message is made of them. deadletterd judges the origin.
    init?(_ reader: inout DocumentReader) {
        let id = reader.read("id", hint: DeadLetterField.idHint, isRequired: true, DeadLetterID.init(text:))
        let queue = reader.read("queue", hint: DeadLetterField.queueHint, isRequired: true, DeadLetterField.queue)
        let origin = Self.origin(&reader, of: queue)
        let reason = reader.text("reason")
        let error = reader.text("error")
        let attempts = reader.integer("attempts", in: Self.counts)
        let replays = reader.integer("replays", in: Self.counts)
        let (firstDeadAt, lastDeadAt) = (reader.instant("first_dead_at"), reader.instant("last_dead_at"))
        let messageID = reader.text("message_id")
        let service = reader.text("service_name")
        let job = reader.text("job_name")
        let executionID = reader.read(
            "execution_id", hint: "Give a UUID or null.", isRequired: false, ExecutionID.init(text:))
        let headers = Self.headers(&reader)
        let body = Self.body(&reader)
        _ = reader.integer("copies", in: Self.counts)
        reader.refuseUnknownFields()
        guard let id, let queue, let body, reader.errors.isEmpty else { return nil }
        letter = DeadLetter(
            id: id, queue: queue.rawValue, reason: reason ?? "unknown", replays: replays.map(Int.init) ?? 0,
            bodyBytes: body.count, headers: headers)
        (letter.originExchange, letter.originRoutingKey) = origin
        (letter.error, letter.attempts) = (error, attempts.map(Int.init))
        (letter.firstDeadAt, letter.lastDeadAt) = (firstDeadAt, lastDeadAt)
        (letter.messageID, letter.executionID) = (messageID, executionID)
        (letter.service, letter.job) = (service, job)
        self.body = body
    }

    static let counts: ClosedRange<Int64> = 0...1_000_000_000

    private static func origin(
        _ reader: inout DocumentReader, of queue: WorkQueue?
    ) -> (exchange: String?, routingKey: String?) {
        guard let fields = reader.object("origin") else { return (nil, nil) }
        var inner = DocumentReader(fields, path: "/letter/origin")
        defer { reader.adopt(inner) }
        let origin = (inner.text("exchange"), inner.text("routing_key"))
        if let own = inner.text("queue"), let queue, own != queue.rawValue {
            inner.report("queue", .invalid, "is not the letter's queue", hint: "Give the letter as it was exported.")
        }
        inner.refuseUnknownFields()
        return origin
    }

    private static func headers(_ reader: inout DocumentReader) -> [String: String] {
        guard let fields = reader.object("headers") else { return [:] }
        var inner = DocumentReader(fields, path: "/letter/headers")
        defer { reader.adopt(inner) }
        var headers: [String: String] = [:]
        for name in fields.keys.sorted() {
            if !(1...MessageLimits.shortStringBytesMax).contains(name.utf8.count) {
                inner.report(
                    String(name.prefix(64)), .tooLong, "has a name of \(name.utf8.count) bytes",
                    hint: "Give names of 1 to \(MessageLimits.shortStringBytesMax).")
            }
            headers[name] = inner.text(name)
        }
        return headers
    }

    /// The body, which is in one of two fields.
    private static func body(_ reader: inout DocumentReader) -> [UInt8]? {
        let before = reader.errors.count
        let text = reader.text("body", bytesMax: MessageLimits.publishedBodyBytesMax)
        let base64 = reader.text("body_base64", bytesMax: MessageLimits.publishedBodyBytesMax / 3 * 4 + 4)
        let isReadable = reader.errors.count == before
        let declaredBytes = reader.integer("body_bytes", in: 0...Int64.max)
        let isCut = reader.bool("body_is_cut") ?? false
        let decoded = base64.map { Data(base64Encoded: $0).map { Array($0) } }
        guard !isCut else {
            reader.report(
                "body_is_cut", .notAllowed, "is true: the rest of the body is missing",
                hint: "Replay the letter from its queue.")
            return nil
        }
        guard (text == nil) != (base64 == nil) else {
            let isTwice = text != nil
            if isReadable {
                reader.report(
                    "body", isTwice ? .notAllowed : .missing,
                    isTwice ? "is there beside body_base64" : "is missing", hint: "Give body or body_base64.")
            }
            return nil
        }
        guard let body = text.map({ Array($0.utf8) }) ?? decoded ?? nil else {
            reader.report("body_base64", .invalid, "is not base64", hint: "Give base64 with padding (RFC 4648).")
            return nil
        }
        guard body.count <= MessageLimits.publishedBodyBytesMax else {
            reader.report(
                "body_base64", .tooLong, "has \(body.count) bytes",
                hint: "Give at most \(MessageLimits.publishedBodyBytesMax).")
            return nil
        }
        if let declaredBytes, declaredBytes != Int64(body.count) {
            reader.report(
                "body_bytes", .invalid, "is \(declaredBytes), and the body has \(body.count)",
                hint: "Give the letter as it was exported.")
        }
        return body
    }
}

extension DocumentReader {
    /// Takes a string, which may have a NUL. Names and texts of a letter are headers or a part of them.
    fileprivate mutating func text(_ field: String, bytesMax: Int = MessageLimits.headerBytesMax) -> String? {
        switch any(field) {
        case nil: return nil
        case .string(let text) where text.utf8.count <= bytesMax: return text
        case .string(let text):
            report(field, .tooLong, "has \(text.utf8.count) bytes", hint: "Give at most \(bytesMax).")
        case let other?: report(field, .wrongType, "is \(other.kind)", hint: "Give a string.")
        }
        return nil
    }

    /// Takes a string of which `read` makes a value. It returns nil for one that is wrong.
    fileprivate mutating func read<Value>(
        _ field: String, hint: String, isRequired: Bool, _ read: (String) -> Value?
    ) -> Value? {
        let before = errors.count
        guard let text = text(field, bytesMax: 256) else {
            if isRequired, errors.count == before { report(field, .missing, "is missing", hint: hint) }
            return nil
        }
        let value = read(text)
        if value == nil { report(field, .invalid, "is “\(text.prefix(64))”", hint: hint) }
        return value
    }
}
