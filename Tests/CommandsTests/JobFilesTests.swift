import Commands
import Foundation
import JSON
import JobCore
import TestServers
import Testing

@Suite struct `Files of jobs` {
    private func read(_ text: String, as name: String = "jobs.yaml") throws -> (jobs: [FileJob], faults: [String]) {
        SampleJobs.read(try TemporaryFiles([name: text]), name)
    }

    @Test func `hold a job, a list of jobs, or several documents of these`() throws {
        let yaml = SampleJobs.yaml
        let list = "- \(SampleJobs.json("c"))\n- \(SampleJobs.json("d"))"
        let found = try read("\(yaml("a", ""))---\n\(yaml("b", ""))---\n\(list)\n")
        #expect(found.jobs.map(\.name.job) == ["a", "b", "c", "d"], "\(found.faults)")
        #expect(found.jobs.map(\.place.line) == [1, 12, 23, 24])
        #expect(found.jobs[0].document["service_name"] == nil)
        #expect(found.jobs[0].document["ttl_seconds"] == .integer(60))
    }

    @Test(arguments: [
        ("rabbitmq", "queue:belfry.orders", true), ("rabbitmq", "belfry/x", true), ("rabbitmq", "orders", false),
        ("sqs", "http://127.0.0.1:5000/123456789012/jobs", true), ("sqs", "http://127.0.0.1:5000/jobs", false),
    ])
    func `may have each target that an installation may take, whose settings they do not know`(
        kind: String, target: String, isRead: Bool
    ) throws {
        let text = SampleJobs.json("a").replacing("\"http\"", with: "\"\(kind)\"")
            .replacing("https://example.com/hook", with: target)
        let found = try read(text)
        #expect(found.jobs.isEmpty != isRead && found.faults.isEmpty == isRead, "\(found.faults)")
    }

    @Test(arguments: ["", "\n\n", "# nothing yet\n", "---\n", "---\n---\n", "~", "---\n# a\n...\n", "\u{FEFF}", "[]"])
    func `may be without a job`(text: String) throws {
        let found = try read(text)
        #expect(found.jobs.isEmpty && found.faults.isEmpty, "\(found.faults)")
    }

    @Test(arguments: ["\u{FEFF}", "", "# a comment\n", "---\n", "%YAML 1.2\n---\n"])
    func `may begin with a byte order mark and end with an empty document`(start: String) throws {
        for end in ["", "---\n", "---\n# the end\n", "...\n"] {
            let found = try read(start + SampleJobs.yaml("a") + end)
            #expect(found.jobs.map(\.name.job) == ["a"], "\(found.faults)")
        }
    }

    @Test(arguments: ["jobs.json", "jobs.yaml", "jobs.txt"])
    func `are read as JSON if they are JSON, with its escapes`(name: String) throws {
        let text = SampleJobs.json("a", #", "description": "\ud83c\udf89""#)
        for text in [text, "\u{FEFF}\n [\(text)]\r\n"] {
            let found = try read(text, as: name)
            #expect(found.jobs.first?.document["description"] == .string("🎉"), "\(found.faults)")
        }
    }

    @Test(arguments: [
        (#"{"a": 1, "a": 2}"#, "jobs.yaml", "jobs.yaml:1:10: this is not valid JSON: "),
        ("[\n{\"a\": 1,\n \"a\": 2}]", "jobs.json", "jobs.json:3:2: this is not valid JSON: "),
        ("a: 1\n", "jobs.json", "jobs.json:1:1: this is not valid JSON: "), ("", "jobs.json", "jobs.json:1:1: "),
        ("[\n  1,\n]", "jobs.json", "jobs.json:3:1: this is not valid JSON: "),
        (#"{"a": "\ud83c\udf89", "b": }"#, "jobs.yaml", "jobs.yaml:1:28: this is not valid JSON: "),
        ("{a: 1,\n  b: [}", "jobs.yaml", "jobs.yaml:1:2: this is not valid JSON: "),
        ("\u{FEFF}\n [1,]", "jobs.yaml", "jobs.yaml:2:5: this is not valid JSON: "),
        ("[01]", "jobs.yaml", "jobs.yaml:1:"), ("--- !foo [1]", "jobs.yaml", "jobs.yaml:1:5: the tag !foo is not"),
        ("--- !!set\n- 1", "jobs.yaml", "jobs.yaml:1:5: the tag !!set is not"),
    ])
    func `with a mistake in their JSON are refused with its place`(text: String, name: String, start: String) throws {
        let found = try read(text, as: name)
        #expect(found.jobs.isEmpty && found.faults.count == 1)
        #expect(found.faults.first?.hasPrefix(start) == true, "\(found.faults)")
    }

    @Test func `in the flow style of YAML are refused with a hint, and read behind a comment`() throws {
        let flow = "{service_name: billing, job_name: a, \(SampleJobs.fields)}\n"
        let hint = ". A file that begins with { or [ is JSON: write YAML one field or job a line"
        #expect(try read(flow).faults.first?.hasSuffix(hint) == true)
        #expect(try read(flow, as: "a.json").faults.first?.hasSuffix(hint) == false)
        #expect(try read("# YAML\n\(flow)").jobs.count == 1)
    }

    @Test func `have the mistakes of a value without names reported, too`() throws {
        let found = try read("- {x: !mine y, tags: .inf}\n")
        #expect(found.faults.count == 3 && found.faults.last?.contains("it has no service_name") == true, "\(found)")
    }

    @Test func `are not searched without an end when links double the folders at every level`() throws {
        let files = try TemporaryFiles(["0/x": ""])
        for level in 1..<16 {
            try files.write([], to: "\(level)/x")
            for name in ["a", "b"] { try files.link("\(level)/\(name)", to: "../\(level - 1)") }
        }
        let found = SampleJobs.read(files, "15")
        #expect(found.faults.first?.contains("is behind more than 10000 folders") == true, "\(found.faults)")
    }

    @Test func `with a mistake in the second document are refused as a whole`() throws {
        let found = try read("\(SampleJobs.yaml("a"))---\nservice_name: billing\n\tjob_name: b\n")
        #expect(found.jobs.isEmpty)
        #expect(found.faults == ["jobs.yaml:13:1: there is a tab: YAML is indented with spaces"])
    }

    @Test func `in a folder are refused as a whole if one of them has a mistake`() throws {
        let files = try TemporaryFiles([
            "good.yaml": SampleJobs.yaml("a"), "bad.yaml": SampleJobs.yaml("b", "tags:\n   tags: [oops\n"),
        ])
        let found = SampleJobs.read(files, "")
        #expect(found.jobs.isEmpty && found.faults.count == 1)
        #expect(found.faults.first?.contains(#/^bad.yaml:1[0-9]:[0-9]+: this is not YAML: /#) == true)
    }

    @Test func `have all their mistakes reported, each with file, line, field and hint`() throws {
        let files = try TemporaryFiles([
            "a.yaml": SampleJobs.yaml("a", "ttl: 3\n").replacing("enabled: true", with: "enabled: yes"),
            "b.json": "[\(SampleJobs.json("b")),\n \(SampleJobs.json("c", ",\n\n \"retry\": {\"max_attempts\": 0}"))]",
            "c.yaml": "- 12\n- ~\n- {jobs: []}\n- {job_name: d, \(SampleJobs.fields)}\n",
            "d.yaml": "just text\n",
        ])
        let found = SampleJobs.read(files, "")
        #expect(
            found.faults == [
                "a.yaml:4:1: billing/a: /enabled: is a string. Give true or false.",
                "a.yaml:11:1: billing/a: /ttl: is not a known field. Remove it, or correct its name.",
                "b.json:4: billing/c: /retry/max_attempts: is 0. Give a whole number from 1 to 20.",
                "c.yaml:1:3: this is a number, not a job. Give one job with service_name and job_name, or a list of "
                    + "such jobs.",
                "c.yaml:2:3: this is null, not a job. Give one job with service_name and job_name, or a list of such "
                    + "jobs.",
                "c.yaml:3:3: this is not a job: it has no service_name and no job_name. Give one job with "
                    + "service_name and job_name, or a list of such jobs.",
                "c.yaml:4:3: /service_name: is missing. Give a name.",
                "d.yaml:1:1: this is a string, not a job. Give one job with service_name and job_name, or a list of "
                    + "such jobs.",
            ])
    }

    @Test func `with a job that is there twice are refused with both places`() throws {
        let files = try TemporaryFiles([
            "a.yaml": "\(SampleJobs.yaml("a"))---\n\(SampleJobs.yaml("a"))", "b.json": "\n\(SampleJobs.json("a"))",
        ])
        let path = files.path
        #expect(
            SampleJobs.read(files, "").faults.map { $0.replacing("\(path)/", with: "") } == [
                "a.yaml:12:1: billing/a is already at a.yaml:1:1: keep one of them",
                "b.json:2: billing/a is already at a.yaml:1:1: keep one of them",
            ])
        #expect(SampleJobs.read(files, "b.json", "b.json").faults.count == 1)
    }

    @Test func `are found in folders below, sorted, whatever the case of their ending, but not if hidden`() throws {
        let files = try TemporaryFiles([
            "b.yaml": SampleJobs.yaml("q"), "a/x.YML": SampleJobs.yaml("p"), "c/d/e.json": SampleJobs.json("r"),
            "readme.txt": "{", ".hidden.yaml": "{", ".git/x.yaml": "{",
        ])
        #expect(SampleJobs.read(files, "").jobs.map(\.name.job) == ["p", "q", "r"])
    }

    @Test func `are found by links, and a link that leads in a circle or nowhere is a mistake`() throws {
        let files = try TemporaryFiles(["..data/jobs.yaml": SampleJobs.yaml("a"), "sub/b.yaml": SampleJobs.yaml("b")])
        try files.link("jobs.yaml", to: "..data/jobs.yaml")
        #expect(SampleJobs.read(files, "").jobs.map(\.name.job) == ["a", "b"])
        try files.link("sub/up", to: "..")
        #expect(
            SampleJobs.read(files, "").faults == [
                "sub/up: is a link that leads back to a folder around it: remove the link"
            ])
        try FileManager.default.removeItem(atPath: "\(files.path)/sub/up")
        try files.link("sub/gone.yaml", to: "nowhere")
        #expect(SampleJobs.read(files, "").faults.first?.hasPrefix("sub/gone.yaml: is no file") == true)
    }

    @Test func `that are missing, too large or not UTF-8 are refused`() throws {
        let files = try TemporaryFiles()
        #expect(SampleJobs.read(files, "none.yaml").faults == ["none.yaml: does not exist"])
        try files.write([UInt8](repeating: UInt8(ascii: "#"), count: 16 * 1_024 * 1_024 + 1), to: "large.yaml")
        #expect(
            SampleJobs.read(files, "large.yaml").faults == ["large.yaml: is too large: give a file of at most 16 MiB"])
        try files.write(Array("# a\n# \u{FC}\n# ".utf8) + [0xFF, 0x0A], to: "latin.yaml")
        #expect(
            SampleJobs.read(files, "latin.yaml").faults == [
                "latin.yaml:3: this is not UTF-8: save the file in that encoding"
            ])
        try files.write([0xFF, 0xFE, 0x61, 0x00], to: "utf16.yaml")
        #expect(SampleJobs.read(files, "utf16.yaml").faults.count == 1)
    }

    @Test func `with a job that the API would find too large are refused`() throws {
        let long = String(repeating: "x", count: 300_000)
        #expect(
            try read(SampleJobs.yaml("a", "payload: \(long)")).faults == [
                "jobs.yaml:11:1: billing/a: /payload: has 300000 bytes. Give at most 262144."
            ])
        let longer = String(repeating: "\\u0001", count: 360_000)
        let found = try read(SampleJobs.json("a", ", \"payload\": \"\(longer)\""))
        #expect(found.faults.count == 1 && found.faults.first?.contains("bytes as JSON. Give at most 2097152.") == true)
    }
}
