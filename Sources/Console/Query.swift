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
    /// A parameter as it was sent.
    private enum Given {
        /// In the query, each time that it was given there.
        case query([String])
        /// As a string or a whole number of a body.
        case text(String)
        case flag(Bool)
        case list([JSONValue])
    }

    private var parameters: [String: Given] = [:]
    private var known: [String] = []
    private var errors: [FieldError] = []

    /// Bytes of the body of a search.
    static let bodyBytesMax = 64 * 1_024

    init(_ request: Request) {
        for pair in (request.uri.query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let texts = parts.map { $0.replacing("+", with: " ").removingPercentEncoding }
            if let name = texts[0], let value = texts.count > 1 ? texts[1] : "" {
                if case .query(let values) = parameters[name] {
                    parameters[name] = .query(values + [value])
                } else {
                    parameters[name] = .query([value])
                }
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
            case .string(let text): add(name, .text(text))
            case .bool(let flag): add(name, .flag(flag))
            case .array(let items): add(name, .list(items))
            case _ where value.wholeNumber != nil: add(name, .text(String(value.wholeNumber ?? 0)))
            default: reportType(String(name.prefix(64)), value.kind)
            }
        }
    }

    private mutating func add(_ name: String, _ value: Given) {
        if parameters[name] == nil { parameters[name] = value } else { reportTwice(name) }
    }

    /// Takes a parameter as it is; nil if it is absent.
    mutating func text(_ name: String) -> String? {
        switch take(name) {
        case nil: return nil
        case .text(let text): return text
        case .query(let values):
            if values.count > 1 { reportTwice(name) }
            return values[0]
        case .flag: reportType(name, "a boolean")
        case .list: reportType(name, "a list")
        }
        return nil
    }

    /// Takes a parameter that may have several values: a list in a body; several times, or with commas, in the query.
    /// `isList` is false for a single value that is not in a list.
    mutating func texts(_ name: String, countMax: Int) -> (values: [String], isList: Bool)? {
        var values: [String] = []
        var isList = true
        switch take(name) {
        case nil: return nil
        case .text(let text): (values, isList) = ([text], false)
        case .query(let given):
            values = given.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
            isList = values.count > 1
        case .flag:
            reportType(name, "a boolean")
            return nil
        case .list(let items):
            for (place, item) in items.prefix(countMax + 1).enumerated() {
                if case .string(let text) = item {
                    values.append(text)
                } else {
                    report("\(name)/\(place)", .wrongType, "is \(item.kind)", hint: "Give a string.")
                    return nil
                }
            }
            if items.isEmpty { report(name, .invalid, "is an empty list", hint: "Give a value, or leave it out.") }
        }
        if values.count > countMax {
            report(name, .tooLong, "has more than \(countMax) values", hint: "Search for the others separately.")
        }
        return values.isEmpty || values.count > countMax ? nil : (values, isList)
    }

    private mutating func take(_ name: String) -> Given? {
        known.append(name)
        return parameters.removeValue(forKey: name)
    }

    private mutating func reportTwice(_ name: String) {
        report(String(name.prefix(64)), .notAllowed, "is given twice", hint: "Give it once.")
    }

    private mutating func reportType(_ name: String, _ kind: String) {
        report(name, .wrongType, "is \(kind)", hint: "Give a string or a whole number.")
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

    /// Takes `true` or `false`; nil if it is absent.
    mutating func flag(_ name: String) -> Bool? {
        if case .flag(let flag) = parameters[name] {
            _ = take(name)
            return flag
        }
        guard let text = text(name) else { return nil }
        if text != "true", text != "false" {
            report(name, .notAllowed, "is “\(text.prefix(64))”", hint: "Give true or false.")
        }
        return text == "true"
    }

    /// Takes a value that `read` makes of the text. It returns nil for one that is wrong. Of a list it gets all values,
    /// with commas between them.
    mutating func value<Value>(
        _ name: String, isList: Bool = false, hint: String, _ read: (String) -> Value?
    ) -> Value? {
        guard let text = isList ? texts(name, countMax: 100)?.values.joined(separator: ",") : text(name)
        else { return nil }
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

    mutating func report(_ name: String, _ code: FieldError.Code, _ message: String, hint: String) {
        errors.append(FieldError(field: "/\(name)", code: code, message: message, hint: hint))
    }
}
