import Commands
import JSON
import JobCore
import TestServers
import Testing

/// What YAML of a job's fields becomes, and what is refused with its place.
@Suite struct `YAML of a job` {
    /// Adds lines behind the 10 lines of a job.
    private func read(_ more: String) throws -> (jobs: [FileJob], faults: [String]) {
        SampleJobs.read(try TemporaryFiles(["jobs.yaml": SampleJobs.yaml("a", more)]), "jobs.yaml")
    }

    @Test(arguments: [
        ("yes", "yes"), ("on", "on"), ("1_000", "1_000"), ("1:00:00", "1:00:00"), ("2001-12-14", "2001-12-14"),
        ("'12'", "12"), ("\"0x1F\"", "0x1F"), ("\"null\"", "null"), ("!!str 12", "12"), ("!!str true", "true"),
        ("! 12", "12"), ("|\n  true", "true\n"), (">-\n  1\n  2", "1 2"), ("&a text", "text"), ("\"\\u00fc\"", "ü"),
    ])
    func `has text where the core schema has text`(text: String, value: String) throws {
        let found = try read("description: \(text)\n")
        #expect(found.jobs.first?.document["description"] == .string(value), "\(found.faults)")
    }

    @Test(arguments: [
        ("0600", 600), ("0o14", 12), ("0x1F", 31), ("!!int \"3\"", 3), ("+7", 7), ("&a 5", 5), ("1e1", 10),
    ])
    func `has numbers where the core schema has numbers`(text: String, value: Int64) throws {
        let found = try read("misfire_max_age_seconds: \(text)\n")
        let job = try #require(found.jobs.first, "\(found.faults)")
        #expect(try JobDocument.parse(job.document, name: job.name).misfireMaxAgeSeconds == value)
    }

    @Test(arguments: [
        ("description: .inf", "11:14: JSON has no number .inf"),
        ("description: .nan", "11:14: JSON has no number .nan"),
        ("timeout_seconds: 1e999", "11:18: the number 1e999 is too large"),
        ("description: !mine x", "11:14: the tag !mine is not supported here"),
        ("description: !!binary aGk=", "11:14: the tag !!binary is not supported here"),
        ("description: !!timestamp 2001-12-14", "11:14: the tag !!timestamp is not supported here"),
        ("tags: !!set {a, b}", "11:7: the tag !!set is not supported here"),
        ("headers: !!omap [a: b]", "11:10: the tag !!omap is not supported here"),
        ("timeout_seconds: !!int x", "11:18: “x” is not what the tag !!int stands for"),
        ("headers: {<<: {a: b}}", "11:11: the merge key << is not part of YAML 1.2"),
        ("headers: {12: b}", "11:11: the name of a field is a number, “12”: write it in quotes"),
        ("headers: {~: b}", "11:11: the name of a field is null, “~”: write it in quotes"),
        ("headers: {true: b}", "11:11: the name of a field is a boolean, “true”: write it in quotes"),
        ("headers: {[a]: b}", "11:11: a list or a mapping can't be the name of a field"),
        ("? {a: b}\n: c", "11:3: a list or a mapping can't be the name of a field"),
        ("ttl_seconds: 70", "9:1: the field “ttl_seconds” is repeated"),
        ("headers:\n  x: a\n  \"x\": b", "12:3: the field “x” is repeated"),
        ("description: *none", "11:14: this is not YAML: found undefined alias"),
        ("tags: &a [*a]", "11:11: this is not YAML: found undefined alias"),
        ("description: \"a\u{1}\"", "11:16: the character U+1 can't be in YAML"),
        ("description: \"a\u{7F}\"", "11:16: the character U+7F can't be in YAML"),
        ("description: \"\\ud83c\"", "11:17: this is not YAML: "),
        ("description: @x", "11:14: this is not YAML: "), ("description: \"x", "12:1: this is not YAML: "),
    ])
    func `is refused with the place of the mistake`(more: String, start: String) throws {
        let found = try read(more + "\n")
        #expect(found.faults.count == 1 && found.faults.first?.hasPrefix("jobs.yaml:\(start)") == true, "\(found)")
    }

    @Test func `is refused with all the mistakes in it, but not with those that follow from another one`() throws {
        let found = try read(
            """
            timeout_seconds: .inf
            tags: [a, !x b]
            headers: {12: a, x: .nan, y: 3}
            payload: 5
            """)
        #expect(
            found.faults == [
                "jobs.yaml:11:18: JSON has no number .inf: write it in quotes if it is text",
                "jobs.yaml:12:11: the tag !x is not supported here: remove it",
                "jobs.yaml:13:11: the name of a field is a number, “12”: write it in quotes",
                "jobs.yaml:13:21: JSON has no number .nan: write it in quotes if it is text",
                "jobs.yaml:14:1: billing/a: /payload: is a number. Give a string.",
                "jobs.yaml:13:27: billing/a: /headers/y: is a number. Give a string.",
            ])
    }

    @Test(arguments: ["yes", "on", "off", "1_000", "\"12\"", "'~'", "x-y", "!!str x"])
    func `has names of fields that are text`(name: String) throws {
        let found = try read("headers: {\(name): b}\n")
        let text = name.replacing("!!str ", with: "").filter { !"\"'".contains($0) }
        #expect(found.jobs.first?.document["headers"] == .object([text: .string("b")]), "\(found.faults)")
    }

    @Test func `may repeat a value by an anchor and aliases within its document`() throws {
        let found = try read("headers: &h {x: a}\ntags: [&t one, *t]\n")
        #expect(found.jobs.count == 1, "\(found.faults)")
        let other = try read("headers: &h {x: a}\n---\n\(SampleJobs.yaml("b", "headers: *h\n"))")
        #expect(
            other.faults == [
                "jobs.yaml:23:1: an alias names an anchor of an earlier document: an anchor ends with its document"
            ])
    }

    @Test func `is refused when aliases make it very large`() throws {
        var lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
        for (name, earlier) in zip("bcdefghi", "abcdefgh") {
            let aliases = Array(repeating: "*\(earlier)", count: 10).joined(separator: ", ")
            lines.append("\(name): &\(name) [\(aliases)]")
        }
        let found = try read(lines.joined(separator: "\n") + "\n")
        #expect(found.faults.count == 1)
        #expect(found.faults.first?.contains("the job has more than 10000 values") == true, "\(found.faults)")
        let jobs = "- &j\(SampleJobs.json("a"))\n- [*j, *j, *j]\n"
        #expect(SampleJobs.read(try TemporaryFiles(["x.yaml": jobs]), "x.yaml").faults.count == 1)
    }

    @Test(arguments: [31, 32, 900, 100_000])
    func `is refused when it nests deeply`(depth: Int) throws {
        let found = try read(
            "headers: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "\n")
        #expect(found.faults.count == 1, "\(found.faults)")
        #expect((found.faults.first?.contains("nests deeper") == true) == (32...900).contains(depth))
        let blocks = try read("headers:\n  " + String(repeating: "- ", count: depth) + "x\n")
        #expect(blocks.faults.count == 1, "\(blocks.faults)")
    }
}
