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
        ("ttl_seconds: 70", "11:1: the field “ttl_seconds” is repeated: it is already at line 9, column 1. Keep"),
        ("headers:\n  x: a\n  \"x\": b", "13:3: the field “x” is repeated: it is already at line 12, column 3. "),
        ("headers: {\"x*\": a, 'x*': b}", "11:20: the field “x*” is repeated: it is already at line 11, column 11."),
        ("headers: {1a: a, '1a': b}", "11:18: the field “1a” is repeated: it is already at line 11, column 11."),
        ("headers: {\"\\u0041\": a, A: b}", "11:24: the field “A” is repeated: it is already at line 11, column 11."),
        ("headers: {!!str x: a, x: b}", "11:23: the field “x” is repeated: it is already at line 11, column "),
        ("headers: {&n x: a, x: b}", "11:20: the field “x” is repeated: it is already at line 11, column "),
        ("headers: {$: a, $: b}", "11:17: the field “$” is repeated: it is already at line 11, column 11."),
        ("headers: {/a: a, \"/a\": b}", "11:18: the field “/a” is repeated: it is already at line 11, column 11."),
        ("headers: {'': a, '': b}", "11:11: the field “” is repeated further down in this mapping"),
        ("headers: {_a: a,\r\n  _a: b}\r", "12:3: the field “_a” is repeated: it is already at line 11, column 11."),
        ("description: *none", "11:14: the alias *none has no anchor before it"),
        ("tags: &a [*a]", "11:11: the alias *a has no anchor before it"),
        ("schedule_2: * * * * *", "11:13: text that begins with * is an alias: write “* * * * *” in quotes"),
        ("tags: [*]", "11:8: text that begins with * is an alias: write “*” in quotes"),
        ("tags: &a [x]\nheaders: !!map *a", "12:10: an alias can't have a tag or an anchor"),
        ("tags: &a [x]\nheaders: &b *a", "12:10: an alias can't have a tag or an anchor"),
        ("tags: &a [x]\nheaders: {*a : x}", "12:11: an alias can't be the name of a field"),
        ("description: a\u{85}b", "11:15: the character U+85 can't be in YAML"),
        ("description: \"a\u{2028}b\"", "11:16: the character U+2028 can't be in YAML"),
        ("description: 'a\u{2029}b'", "11:16: the character U+2029 can't be in YAML"),
        (
            "headers: {? \(String(repeating: "x", count: 1_025)) : a}",
            "11:13: the name of a field has more than 1024 bytes"
        ),
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
                "jobs.yaml:23:10: the alias *h has no anchor before it: anchors end with their document"
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

    @Test func `is refused when aliases repeat a long text or a long name`() throws {
        for value in ["\(String(repeating: "x", count: 250_000))", "{\(String(repeating: "x", count: 1_000)): y}"] {
            let aliases = Array(repeating: "*a", count: 9_000).joined(separator: ", ")
            let found = try read("headers: &a \(value)\ntags: [\(aliases)]\n")
            let bytes = found.faults.filter { $0.contains("the job has more than 2097152 bytes") }
            #expect(bytes.count == 1, "\(found.faults.map { $0.prefix(200) })")
        }
    }

    @Test(arguments: ["x: *a99", "*a99 : x", "? *a99\n: x", "? [*a99]\n: x"])
    func `is refused when chained anchors nest deeply, as a value and as a name`(end: String) throws {
        let (open, close) = (String(repeating: "[", count: 900), String(repeating: "]", count: 900))
        var lines = ["a0: &a0 \(open)\(close)"]
        for index in 1..<100 { lines.append("a\(index): &a\(index) \(open)*a\(index - 1)\(close)") }
        let found = try read("\(lines.joined(separator: "\n"))\n\(end)\n")
        #expect(found.faults.first?.contains("nests deeper than 32 levels") == true, "\(found.faults)")
    }

    @Test func `keeps a star in text, in quotes, in blocks, in names and in comments`() throws {
        let found = try read(
            """
            description: a * b*  # *c
            payload: "*\u{E000}\u{F8FF}*"
            tags: ['*x', &t "**", *t]
            headers: {x*: "*", y: a*b}

            """)
        let job = try #require(found.jobs.first, "\(found.faults)").document
        #expect(job["description"] == .string("a * b*"))
        #expect(job["payload"] == .string("*\u{E000}\u{F8FF}*"))
        #expect(job["tags"] == .array([.string("*x"), .string("**"), .string("**")]))
        #expect(job["headers"] == .object(["x*": .string("*"), "y": .string("a*b")]))
    }

    @Test func `is refused with all repeated names and the other mistakes of the file`() throws {
        let found = try read(
            """
            ttl_seconds: 1
            ttl_seconds: 2
            enabled: true
            ttl: 3
            ---
            \(SampleJobs.yaml("b").replacing("60", with: "0"))
            """)
        #expect(
            found.faults == [
                "jobs.yaml:11:1: the field “ttl_seconds” is repeated: it is already at line 9, column 1. Keep one of "
                    + "them",
                "jobs.yaml:12:1: the field “ttl_seconds” is repeated: it is already at line 9, column 1. Keep one of "
                    + "them",
                "jobs.yaml:13:1: the field “enabled” is repeated: it is already at line 4, column 1. Keep one of them",
                "jobs.yaml:14:1: billing/a: /ttl: is not a known field. Remove it, or correct its name.",
                "jobs.yaml:24:1: billing/b: /ttl_seconds: is 0. Give a whole number from 1 to 604800.",
            ])
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
