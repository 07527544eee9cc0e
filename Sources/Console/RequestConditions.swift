import HTTPTypes
import StageKit
import Store

/// The preconditions in the headers of a request about a job (RFC 9110, section 13). Pure.
struct RequestConditions {
    /// In the order in which HTTP evaluates them.
    private(set) var preconditions: [JobPrecondition] = []

    /// Throws `unreadable` for a header of another form: to pass over it would make a change that its sender forbids.
    init(_ headers: HTTPFields) throws(APIError) {
        if let text = headers[.ifMatch] {
            // The comparison is strong: a weak tag matches nothing (section 8.8.3.2).
            let tags = try Self.tags(text, "If-Match")
            preconditions.append(tags.map { .version($0.filter { !$0.isWeak }.map(\.text)) } ?? .exists)
        }
        if let text = headers[.ifNoneMatch] {
            let tags = try Self.tags(text, "If-None-Match")
            preconditions.append(tags.map { .otherVersion($0.map(\.text)) } ?? .absent)
        }
    }

    /// Whether one of them fails if there is no job that can be read.
    var needsJob: Bool {
        preconditions.contains { if case .version = $0 { true } else { false } }
    }

    /// What a request that only reads a job gets in place of the job; nil if its preconditions hold.
    func failure(reading stored: StoredJob) -> Failure? {
        guard let failed = preconditions.first(where: { !$0.holds(for: stored, isAbsent: false) }) else { return nil }
        switch failed {
        case .absent, .otherVersion: return .notModified
        case .exists, .version, .unchanged: return .preconditionFailed
        }
    }

    /// Why a job is not shown.
    enum Failure: Equatable {
        /// The client has this version of the job.
        case notModified
        case preconditionFailed
    }

    /// The entity tags of a header; nil for `*`.
    private static func tags(_ header: String, _ name: String) throws(APIError) -> [(text: String, isWeak: Bool)]? {
        var rest = header[...]
        func skip(_ characters: Set<Character>) { rest = rest.drop { characters.contains($0) } }
        skip([" ", "\t"])
        if rest.first == "*", rest.dropFirst().allSatisfy({ $0 == " " || $0 == "\t" }) { return nil }
        var tags: [(String, Bool)] = []
        while true {
            // A list may have empty elements (section 5.6.1).
            skip([" ", "\t", ","])
            if rest.isEmpty { break }
            let isWeak = rest.hasPrefix("W/")
            if isWeak { rest = rest.dropFirst(2) }
            guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else { throw malformed(name) }
            tags.append((String(rest[rest.index(after: rest.startIndex)..<end]), isWeak))
            rest = rest[rest.index(after: end)...]
            skip([" ", "\t"])
            guard rest.isEmpty || rest.first == "," else { throw malformed(name) }
        }
        guard !tags.isEmpty else { throw malformed(name) }
        return tags
    }

    private static func malformed(_ name: String) -> APIError {
        APIError(
            .unreadable, "\(name) is neither * nor a list of entity tags in quotes, such as \"4f…\", as ETag has them.")
    }
}
