import HTTPTypes
import JSON
import JobCore
import OpenAPI
import Store
import Testing

@testable import Console

/// Guarantee: the document has the bounds that `JobDocument` checks, no tighter and no wider ones.
@Suite struct `The description of a job` {
    private static let name = JobName(service: "billing", job: "invoices")

    private static let valid: [String: JSONValue] = [
        "async": .bool(true), "enabled": .bool(true), "exclusive": .bool(false), "invocation_type": .string("http"),
        "invocation_target": .string("https://example.com/"), "schedule": .string("rate(1 minute)"),
        "ttl_seconds": .integer(60),
    ]

    /// The properties of a schema, by their paths such as `/retry/max_attempts`.
    private static func properties(_ schema: JSONValue?, path: String = "") -> [String: JSONValue] {
        guard case .object(let fields)? = schema?["properties"] else { return [:] }
        var all: [String: JSONValue] = [:]
        for (name, property) in fields {
            let property = resolved(property)
            all["\(path)/\(name)"] = property
            all.merge(properties(property, path: "\(path)/\(name)")) { own, _ in own }
        }
        return all
    }

    private static func resolved(_ schema: JSONValue) -> JSONValue {
        let reference = schema["$ref"]?.string ?? schema["anyOf"]?.array.first?["$ref"]?.string
        let name = reference?.split(separator: "/").last
        return name.flatMap { JobSchemas.all[String($0)]?.json } ?? schema
    }

    private static let schema = JobSchemas.all["JobInput"]?.json

    /// The kinds of mistakes that a job with this value has there.
    private static func mistakes(_ path: String, _ value: JSONValue?) -> [FieldError.Code] {
        var fields = valid
        let names = path.split(separator: "/").map(String.init)
        if names.count == 2 {
            fields[names[0]] = .object([names[1]: value ?? .null])
        } else {
            fields[names[0]] = value
        }
        // The two say the same thing.
        if path == "/overlap" { fields["exclusive"] = .bool(value == .string(OverlapPolicy.skip.rawValue)) }
        do throws(InvalidDocument) {
            _ = try JobDocument.parse(.object(fields), name: name)
            return []
        } catch {
            return error.errors.filter { $0.field == path }.map(\.code)
        }
    }

    private static func number(_ property: JSONValue, _ keyword: String) -> Int64? {
        property[keyword].flatMap(\.wholeNumber)
    }

    @Test func `has the bounds of numbers`() {
        let numbers = Self.properties(Self.schema).filter { $0.value["minimum"] != nil }
        #expect(numbers.count >= 5)
        for (path, property) in numbers {
            let (low, high) = (Self.number(property, "minimum") ?? 0, Self.number(property, "maximum") ?? 0)
            for value in [low, high] { #expect(Self.mistakes(path, .integer(value)) == [], "\(path) \(value)") }
            for value in [low - 1, high + 1] {
                #expect(Self.mistakes(path, .integer(value)) == [.outOfRange], "\(path) \(value)")
            }
        }
    }

    @Test func `has the lengths of texts`() {
        let texts = Self.properties(Self.schema).filter { $0.value["maxLength"] != nil }
        #expect(texts.count >= 5)
        for (path, property) in texts {
            let length = Int(Self.number(property, "maxLength") ?? 0)
            let longest = JSONValue.string(String(repeating: "a", count: length))
            #expect(!Self.mistakes(path, longest).contains(.tooLong), "\(path)")
            #expect(Self.mistakes(path, .string(String(repeating: "a", count: length + 1))) == [.tooLong], "\(path)")
        }
    }

    @Test func `has the lengths of lists and maps, and the bounds of what is in them`() {
        let strings = { (count: Int) in JSONValue.array(Array(repeating: .string("a"), count: count)) }
        #expect(Self.schema?["properties"]?["tags"]?["maxItems"] == .integer(20))
        #expect(Self.mistakes("/tags", strings(20)) == [] && Self.mistakes("/tags", strings(21)) == [.tooLong])
        let tag = Self.schema?["properties"]?["tags"]?["items"]
        #expect(tag?["minLength"] == .integer(1) && tag?["maxLength"] == .integer(64))
        let tags = [0, 1, 64, 65].map {
            Self.mistakes("/tags", .array([.string(String(repeating: "a", count: $0))])).count
        }
        #expect(tags == [1, 0, 0, 1])
        let waits = Self.properties(Self.schema)["/retry/backoff_seconds"]
        #expect(waits?["minItems"] == .integer(1))
        let longest = Int(waits.flatMap { Self.number($0, "maxItems") } ?? 0)
        for count in [0, 1, longest, longest + 1] {
            let list = JSONValue.array(Array(repeating: .integer(1), count: count))
            let isRight = (1...longest).contains(count)
            #expect(Self.mistakes("/retry/backoff_seconds", list).isEmpty == isRight, "\(count)")
        }
        let headers = { (count: Int) in
            JSONValue.object(Dictionary(uniqueKeysWithValues: (0..<count).map { ("h\($0)", .string("v")) }))
        }
        #expect(Self.schema?["properties"]?["headers"]?["maxProperties"] == .integer(32))
        #expect(Self.mistakes("/headers", headers(32)) == [] && Self.mistakes("/headers", headers(33)) == [.tooLong])
        #expect(Self.schema?["properties"]?["headers"]?["additionalProperties"]?["maxLength"] == .integer(4_096))
        for (length, codes) in [(4_096, []), (4_097, [FieldError.Code.tooLong])] {
            #expect(Self.mistakes("/headers/h", .string(String(repeating: "a", count: length))) == codes)
        }
    }

    @Test func `has the values that a field may have, and the fields that must be there`() {
        let properties = Self.properties(Self.schema)
        let required = Set(Self.schema?["required"]?.array.compactMap(\.string) ?? [])
        #expect(required == Set(Self.valid.keys))
        for name in required { #expect(Self.mistakes("/\(name)", nil) == [.missing], "\(name)") }
        for (path, property) in properties {
            #expect(!Self.mistakes(path, .string("?")).contains(.unknownField), "\(path)")
            if !required.contains(String(path.dropFirst())) { #expect(Self.mistakes(path, .null) == [], "\(path)") }
            for value in property["enum"]?.array ?? [] {
                #expect(!Self.mistakes(path, value).contains(.notAllowed), "\(path) \(value)")
            }
        }
        #expect(Self.mistakes("/colour", .string("red")) == [.unknownField])
    }

    @Test func `has the bounds of a batch`() throws {
        let jobs = JobBatchSchemas.all["JobBatchInput"]?.json["properties"]?["delete"]
        let count = Int(try #require(jobs.flatMap { Self.number($0, "maxItems") }))
        let etag = JobBatchSchemas.all["JobBatchDeletion"]?.json["properties"]?["etag"]
        let length = Int(try #require(etag.flatMap { Self.number($0, "maxLength") }))
        func mistakes(_ count: Int, _ length: Int) throws -> Int {
            let jobs = (0..<count).map { number in
                JSONValue.object([
                    "service_name": .string("billing"), "job_name": .string("j\(number)"),
                    "etag": .string(String(repeating: "a", count: length)),
                ])
            }
            return try JobBatchDocument(Array(JSONValue.object(["delete": .array(jobs)]).text.utf8)).errors.count
        }
        #expect(try mistakes(count, 1) == 0 && mistakes(1, length) == 0)
        #expect(try mistakes(count + 1, 1) > 0 && mistakes(1, length + 1) == 1)
    }

    @Test(arguments: [
        "admin", "read", "service:a.b-c", "service:", "service:..", "service:a--b", "service:a b", "Admin", "",
    ])
    func `has the form of scopes`(text: String) throws {
        let schema = JSONSchema.scope.json
        let pattern = try Regex(try #require(schema["pattern"]?.string))
        let matches =
            try pattern.wholeMatch(in: text) != nil && schema["not"]?["enum"]?.array.contains(.string(text)) == false
        #expect(matches == (APIKey.Scope(new: text) != nil))
    }

    @Test(arguments: ["*", "\"a\"", "W/\"a\", \"b\"", ",\"a\",,", "a", "", "\"a", "\"a\" \"b\"", "**", "*,\"a\""])
    func `has the form of preconditions`(text: String) throws {
        let pattern = try Regex(try #require(JSONSchema.entityTags.json["pattern"]?.string))
        let isRead = (try? RequestConditions([.ifMatch: text])) != nil
        #expect(try (pattern.wholeMatch(in: text) != nil) == isRead)
    }

    @Test(arguments: [
        ("a", true), ("a.b_C-9", true), (String(repeating: "a", count: 128), true), ("..a", true), ("", false),
        (String(repeating: "a", count: 129), false), ("a--b", true), ("-a", true), ("a-", true), ("..", false),
        (".", false), ("a b", false), ("é", false), ("a\n", false),
    ])
    func `has the form of names`(name: String, isRight: Bool) throws {
        let schema = JSONSchema.name.json
        let pattern = try Regex(try #require(schema["pattern"]?.string))
        let matches =
            try pattern.wholeMatch(in: name) != nil && name.utf8.count <= Self.number(schema, "maxLength") ?? 0
            && schema["not"]?["enum"]?.array.contains(.string(name)) == false
        #expect(matches == isRight && (JobName.fault(in: name) == nil) == isRight)
    }

    @Test(arguments: ["skip", "both", "shift,first", "both,skip", "", "skip,skip", "skip,", "SKIP", "skip,first,both"])
    func `has the form of policies for clock changes`(text: String) throws {
        let pattern = try Regex(try #require(JSONSchema.dst.json["pattern"]?.string))
        #expect(try (pattern.wholeMatch(in: text) != nil) == (DSTPolicy(text) != nil))
    }
}
