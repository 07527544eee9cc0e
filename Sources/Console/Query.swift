import Foundation
import Hummingbird
import JSON
import JobCore

/// Takes the parameters of a request one by one and collects every mistake, as `DocumentReader` does for the fields of
/// a body. They are in the query; those of a search that is posted may also be in a JSON object.
///
/// ```swift
/// var query = Query(request)
/// let limit = query.limit(max: 100, default: 100)
/// try query.finish()
/// ```
struct Query {
    private var parameters: [String: String]
    private var known: [String] = []
    private var errors: [FieldError] = []
    /// A parameter that may be given several times, which is the same as once with commas.
    private let list: String?

    /// Bytes of the body of a search.
    static let bodyBytesMax = 64 * 1_024

    init(_ request: Request, list: String? = nil) {
        self.list = list
        parameters = [:]
        for pair in (request.uri.query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let texts = parts.map { $0.replacing("+", with: " ").removingPercentEncoding }
            if let name = texts[0], let value = texts.count > 1 ? texts[1] : "" {
                add(name, value)
            } else {
                report(
                    String(pair.prefix(64)), .invalid, "has an escape that is not UTF-8",
                    hint: "Encode the parameter as a form does.")
            }
        }
    }

    /// Adds the fields of a body. `null` counts as absent. Throws an unreadable `InvalidDocument` if it is no object.
    mutating func add(body: [UInt8]) throws(InvalidDocument) {
        guard case .object(let fields) = try JSONValue.parse(body) else {
            throw .notAnObject
        }
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .null: break
            case .string(let text): add(name, text)
            case _ where value.wholeNumber != nil: add(name, String(value.wholeNumber ?? 0))
            default:
                report(
                    String(name.prefix(64)), .wrongType, "is \(value.kind)", hint: "Give a string or a whole number.")
            }
        }
    }

    private mutating func add(_ name: String, _ value: String) {
        if name == list, let first = parameters[name] {
            parameters[name] = "\(first),\(value)"
            return
        }
        guard parameters.updateValue(value, forKey: name) != nil else { return }
        report(String(name.prefix(64)), .notAllowed, "is given twice", hint: "Give it once.")
    }

    /// Takes a parameter as it is; nil if it is absent.
    mutating func text(_ name: String) -> String? {
        known.append(name)
        return parameters.removeValue(forKey: name)
    }

    /// Takes the name of a service or of a job.
    mutating func name(_ name: String) -> String? {
        guard let text = text(name) else { return nil }
        if let fault = JobName.fault(in: text) { report(name, .invalid, fault, hint: JobName.hint) }
        return text
    }

    /// Takes a whole number from 1 to `max`.
    mutating func limit(_ name: String = "limit", max: Int, default fallback: Int) -> Int {
        guard let text = text(name) else { return fallback }
        guard let limit = Int(text), (1...max).contains(limit) else {
            report(name, .outOfRange, "is “\(text.prefix(64))”", hint: "Give a whole number from 1 to \(max).")
            return fallback
        }
        return limit
    }

    /// Takes `true` or `false`; false if it is absent.
    mutating func flag(_ name: String) -> Bool {
        guard let text = text(name) else { return false }
        if text != "true", text != "false" {
            report(name, .notAllowed, "is “\(text.prefix(64))”", hint: "Give true or false.")
        }
        return text == "true"
    }

    /// Takes a value that `read` makes of the text. It returns nil for one that is wrong.
    mutating func value<Value>(_ name: String, hint: String, _ read: (String) -> Value?) -> Value? {
        guard let text = text(name) else { return nil }
        let value = read(text)
        if value == nil { report(name, .invalid, "is “\(text.prefix(64))”", hint: hint) }
        return value
    }

    /// Takes one of the values of an enum.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) -> Choice? {
        guard let text = text(name) else { return nil }
        let value = Choice(rawValue: text)
        if value == nil {
            let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            report(name, .notAllowed, "is “\(text.prefix(64))”", hint: "Give one of: \(names).")
        }
        return value
    }

    /// Takes an instant of the years 1970 to 9999: milliseconds since the epoch, as the predecessor takes them, or
    /// RFC 3339.
    mutating func instant(_ name: String) -> Instant? {
        // An offset such as +01:00 is often sent as it is; in a query + stands for a space.
        guard let text = text(name)?.replacing(" ", with: "+") else { return nil }
        let given = Int64(text).map(Instant.init(millisecondsSinceEpoch:)) ?? Instant(rfc3339: text)
        guard let given else {
            report(name, .invalid, "is not a time", hint: "Give RFC 3339, or milliseconds since 1970.")
            return nil
        }
        guard Instant.recordable.contains(given) else {
            report(name, .outOfRange, "is not within the years 1970 to 9999 (UTC)", hint: "Leave it out for no limit.")
            return nil
        }
        return given
    }

    /// Takes a schedule: `expression`, `time_zone` and `dst`. Take it last: it throws the mistakes of the others, too,
    /// if it is wrong.
    mutating func schedule() throws(InvalidDocument) -> Schedule {
        let (expression, timeZone, dst) = (text("expression"), text("time_zone"), text("dst"))
        guard let policy = dst.map({ DSTPolicy($0) }) ?? .default else {
            report("dst", .notAllowed, "is not a policy", hint: "Give skip or shift, first or both.")
            throw failure
        }
        do throws(ScheduleError) {
            return try Schedule(expression ?? "", timeZone: timeZone ?? "UTC", dst: policy)
        } catch {
            report(
                error.part == .timeZone ? "time_zone" : "expression", .invalid, error.message, hint: error.hint)
            throw failure
        }
    }

    /// Takes the token of a page, and returns what it stands for.
    mutating func page<Position>(_ name: String, _ position: (String) -> Position?) -> Position? {
        guard let token = text(name) else { return nil }
        let found = position(token)
        if found == nil {
            report(name, .invalid, "is not a page of this list", hint: "Give paging.more of the page before.")
        }
        return found
    }

    /// Throws all mistakes together. A parameter that nobody took is one of them: it would be ignored otherwise.
    func finish() throws(InvalidDocument) {
        guard failure.errors.isEmpty else { throw failure }
    }

    private var failure: InvalidDocument {
        let hint = known.isEmpty ? "Remove it." : "Known parameters are: \(known.joined(separator: ", "))."
        let unknown = parameters.keys.sorted().map { name in
            FieldError(
                field: "/\(name.prefix(64))", code: .unknownField, message: "is not a known parameter", hint: hint)
        }
        return InvalidDocument(errors + unknown)
    }

    private mutating func report(_ name: String, _ code: FieldError.Code, _ message: String, hint: String) {
        errors.append(FieldError(field: "/\(name)", code: code, message: message, hint: hint))
    }
}
