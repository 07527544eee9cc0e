public import JSON

/// What one request to replay or to drop dead letters has done, as the admin API answers.
public struct LetterPassAnswer: Sendable, Equatable, Decodable {
    /// How many letters it has looked at.
    public var scanned: Int
    /// How many of them the conditions have found.
    public var matched: Int
    /// How many were replayed or dropped; in a dry run, how many would have been.
    public var done: Int
    /// How many stay because of a failure.
    public var failed: Int
    /// Some of the failures.
    public var failures: [LetterFailure]
    /// The instant that was used: only letters from before it are touched.
    public var before: JSONValue?
    /// Where the next pass goes on; nil when there is nothing behind, or if the pass has ended early.
    public var more: String?
    /// The broker became unavailable before the pass was over.
    public var endedEarly: Bool

    /// More letters than any broker holds; it keeps sums from overflowing.
    private static let countMax = 1_000_000_000
    private static let moreBytesMax = 8_192

    public init(
        scanned: Int, matched: Int, done: Int, failed: Int = 0, failures: [LetterFailure] = [],
        before: JSONValue? = nil, more: String? = nil, endedEarly: Bool = false
    ) {
        self.scanned = scanned
        self.matched = matched
        self.done = done
        self.failed = failed
        self.failures = failures
        self.before = before
        self.more = more
        self.endedEarly = endedEarly
    }

    /// Reads an answer. Throws the first field that is missing or wrong.
    public init(reading answer: JSONValue) throws(LetterAnswerFault) {
        do {
            self = try JSONDecoding.decode(Self.self, from: Array(answer.text.utf8), limits: .trusted)
        } catch {
            throw LetterAnswerFault("\(error.path.isEmpty ? "the answer" : error.path): \(error.message)")
        }
        for (name, count) in [("scanned", scanned), ("matched", matched), ("done", done), ("failed", failed)] {
            guard (0...Self.countMax).contains(count) else {
                throw LetterAnswerFault("/\(name): \(count) is no number of letters")
            }
        }
        guard more?.utf8.count ?? 0 <= Self.moreBytesMax else {
            throw LetterAnswerFault("/paging/more: it is too long")
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        scanned = try container.decode(Int.self, forKey: .scanned)
        matched = try container.decode(Int.self, forKey: .matched)
        done = try container.decode(Int.self, forKey: .done)
        failed = try container.decode(Int.self, forKey: .failed)
        failures = try container.decode([LetterFailure].self, forKey: .failures)
        before = try container.decodeIfPresent(JSONValue.self, forKey: .before)
        more = try container.decode(Paging.self, forKey: .paging).more
        endedEarly = try container.decodeIfPresent(Bool.self, forKey: .endedEarly) ?? false
    }

    private struct Paging: Decodable {
        var more: String?
    }

    private enum Keys: String, CodingKey {
        case scanned, matched, done, failed, failures, before, paging
        case endedEarly = "ended_early"
    }
}

extension LetterPassAnswer {
    /// The pass as an event for programs. `line` is the line of the file that it is about.
    public func event(line: Int? = nil) -> JSONValue {
        var fields: [String: JSONValue] = [
            "event": .string("pass"), "scanned": .integer(Int64(scanned)), "matched": .integer(Int64(matched)),
            "done": .integer(Int64(done)), "failed": .integer(Int64(failed)), "before": before ?? .null,
            "failures": .array(failures.map(\.json)),
        ]
        fields["line"] = line.map { .integer(Int64($0)) }
        return .object(fields)
    }
}
