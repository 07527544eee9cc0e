import Foundation
import JSON
import TestServers
import Testing

/// The real program against an admin API in memory.
@Suite struct `jobs apply` {
    private func exists(_ api: FakeAdminAPI, _ names: String...) throws {
        for name in names {
            let text = "{\(SampleJobs.fields), \"description\": \"the old one\"}"
            api.put("billing/\(name)", try JSONValue(parsing: Array(text.utf8)))
        }
    }

    @Test func `shows the plan, then makes it, and deletes only jobs of the files' services`() async throws {
        let api = await FakeAdminAPI.start()
        try exists(api, "b", "old")
        api.put("other/x", .object([:]))
        api.put("billing/kept", try JSONValue(parsing: Array("{\(SampleJobs.fields)}".utf8)))
        let files = try TemporaryFiles([
            "a.yaml": "- \(SampleJobs.json("a"))\n- \(SampleJobs.json("b"))\n", "k.json": SampleJobs.json("kept"),
        ])
        let lines = "create billing/a\nreplace billing/b\nkeep billing/kept\ndelete billing/old\n"
        let plan = try await api.belfry(["jobs", "apply", "--plan", "--prune", "-f", files.path])
        #expect(plan.status == 0 && plan.output == lines && api.changes.isEmpty, "\(plan.errors)")
        let done = try await api.belfry(
            ["jobs", "apply", "--prune", "-f", "\(files.path)/a.yaml", "-f", "\(files.path)/k.json"])
        #expect(done.status == 0 && done.output == lines, "\(done.errors)")
        #expect(api.changes == ["PUT billing/a", "PUT billing/b", "DELETE billing/old"])
    }

    @Test(arguments: [
        "second: \(SampleJobs.yaml("a"))", "\(SampleJobs.yaml("a"))---\n\tjob_name: b\n",
        "\(SampleJobs.yaml("a"))---\nservice_name: billing\njob_name: b\n\tasync: true\n",
        "\(SampleJobs.yaml("a"))---\ntags: [oops", "\(SampleJobs.yaml("a"))---\n\(SampleJobs.yaml("a"))",
        "\(SampleJobs.yaml("a"))---\n\(SampleJobs.yaml("b").replacing("60", with: "0"))",
        "[\(SampleJobs.json("a")), {\"a\": 1, \"a\": 2}]", "\(SampleJobs.yaml("a"))---\n- &a [*a]\n",
    ])
    func `changes nothing and exits with 1 if a file has any mistake`(text: String) async throws {
        let api = await FakeAdminAPI.start()
        try exists(api, "a", "b")
        let files = try TemporaryFiles(["good.yaml": SampleJobs.yaml("c"), "jobs.yaml": text])
        for path in ["\(files.path)/jobs.yaml", files.path] {
            let done = try await api.belfry(["jobs", "apply", "--prune", "-f", path])
            #expect(done.status == 1 && done.output.isEmpty)
            #expect(done.errors.contains(#/\bjobs.yaml:[0-9]+:?[0-9]*: /#), "\(done.errors)")
        }
        #expect(api.changes.isEmpty)
    }

    @Test func `deletes nothing for an empty folder or a file without a job, and says so`() async throws {
        let api = await FakeAdminAPI.start()
        try exists(api, "a")
        let files = try TemporaryFiles(["comments.yaml": "# nothing\n---\n", "empty/readme.txt": ""])
        for name in ["comments.yaml", "empty"] {
            let done = try await api.belfry(["jobs", "apply", "--prune", "-f", "\(files.path)/\(name)"])
            #expect(done.status == 0 && done.output.isEmpty)
            #expect(done.errors == "There is no job in \(files.path)/\(name), so nothing changes.\n")
        }
        #expect(api.changes.isEmpty)
    }

    @Test(arguments: [
        "belfry jobs apply -f - <$folder/a.json", "cat $folder/a.json | belfry jobs apply -f -",
        "belfry jobs apply -f <(cat $folder/a.json)", "cat $folder/a.yaml | belfry jobs apply -f /dev/stdin",
    ])
    func `reads standard input and pipes`(line: String) async throws {
        let api = await FakeAdminAPI.start()
        let files = try TemporaryFiles([
            "a.json": SampleJobs.json("a", #", "description": "\ud83c\udf89""#), "a.yaml": SampleJobs.yaml("a"),
        ])
        let done = try await api.bash(line, folder: files.path)
        #expect(done.status == 0 && done.output == "create billing/a\n", "\(done.errors)")
        let wrong = try await api.bash("echo '{' | belfry jobs apply -f -", folder: files.path)
        #expect(wrong.status == 1 && wrong.errors.hasPrefix("belfry: standard input:"))
        let endless = try await api.bash("belfry jobs apply -f /dev/zero", folder: files.path)
        #expect(endless.status == 1 && endless.errors.contains("is too large: give a file of at most 16 MiB"))
        #expect(api.changes == ["PUT billing/a"])
    }

    @Test func `tells which changes were made and which not when one fails`() async throws {
        let api = await FakeAdminAPI.start()
        try exists(api, "old")
        let jobs = ["a", "refused", "z"].map { "- \(SampleJobs.json($0))\n" }.joined()
        let files = try TemporaryFiles(["jobs.yaml": jobs])
        let arguments = ["jobs", "apply", "--prune", "-f", "\(files.path)/jobs.yaml"]
        let failed = try await api.belfry(arguments)
        #expect(failed.status == 1)
        #expect(
            failed.output == "create billing/a\ncreate billing/refused\ncreate billing/z\ndelete billing/old\n")
        #expect(
            failed.errors == """
                belfry: The request is invalid.
                  /payload: is “a\\u001b[2Jb\\nc\\u009bd\\u202ee\\u007f”. Give another.
                  request id: 0123456789abcdef
                failed: create billing/refused
                made: create billing/a
                not made: create billing/z
                not made: delete billing/old

                """)
        #expect(api.changes == ["PUT billing/a"])
        let json = try await api.belfry(arguments + ["--json"])
        let made = try JSONValue(parsing: Array(json.output.utf8)).array?.map { $0["made"] }
        #expect(json.status == 1 && made == [.bool(true), .bool(false), .bool(false), .bool(false)])
    }

    @Test func `tests the target of each job that changes, and goes on after one that is refused`() async throws {
        let api = await FakeAdminAPI.start()
        let jobs = ["a", "refused", "z"].map { "- \(SampleJobs.json($0))\n" }.joined()
        let files = try TemporaryFiles(["jobs.yaml": jobs])
        let done = try await api.belfry(["jobs", "apply", "--verify", "-f", "\(files.path)/jobs.yaml"])
        #expect(done.status == 1 && api.changes == ["PUT billing/a?verify=true", "PUT billing/z?verify=true"])
        #expect(
            done.errors == """
                belfry: refused: create billing/refused
                The request is invalid.
                  /payload: is “a\\u001b[2Jb\\nc\\u009bd\\u202ee\\u007f”. Give another.
                  request id: 0123456789abcdef
                made: create billing/a
                made: create billing/z

                """)
        let again = try await api.belfry(["jobs", "apply", "--verify", "-f", "\(files.path)/jobs.yaml"])
        #expect(again.status == 1 && api.changes.count == 2, "jobs that are kept are not tested")
    }

    @Test func `goes on after a job that changed during its test, or that can't be tested, and not without the API`()
        async throws
    {
        let api = await FakeAdminAPI.start()
        for name in ["changed", "untested", "unavailable"] {
            let jobs = [name, "\(name)-z"].map { "- \(SampleJobs.json($0))\n" }.joined()
            let files = try TemporaryFiles(["jobs.yaml": jobs])
            let done = try await api.belfry(["jobs", "apply", "--verify", "-f", "\(files.path)/jobs.yaml"])
            #expect(done.status == 1, "\(name)")
            #expect(
                done.errors.contains("refused: create billing/\(name)") == (name != "unavailable"), "\(done.errors)")
        }
        #expect(api.changes == ["PUT billing/changed-z?verify=true", "PUT billing/untested-z?verify=true"])
    }

    @Test func `gives up files that take very long`() async throws {
        let api = await FakeAdminAPI.start()
        let lines = (0..<80_000).map { "name\($0): x" } + (0..<40).map { "again\($0): x\nagain\($0): y" }
        let files = try TemporaryFiles(["jobs.yaml": lines.joined(separator: "\n")])
        let repeated = Array(repeating: ["-f", "\(files.path)/jobs.yaml"], count: 50).flatMap { $0 }
        let done = try await api.belfry(["jobs", "apply"] + repeated)
        #expect(done.status == 1 && done.errors.contains("took more than"), "\(done.errors.prefix(1_000))")
        #expect(api.changes.isEmpty)
    }
}
