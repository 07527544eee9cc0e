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

    @Test func `shows each field that changes, then makes it in one batch, and deletes jobs of the files' services`()
        async throws
    {
        let api = await FakeAdminAPI.start()
        try exists(api, "b", "old")
        api.put("other/x", .object([:]))
        api.put("billing/kept", try JSONValue(parsing: Array("{\(SampleJobs.fields)}".utf8)))
        let files = try TemporaryFiles([
            "a.yaml": "- \(SampleJobs.json("a"))\n- \(SampleJobs.json("b"))\n", "k.json": SampleJobs.json("kept"),
        ])
        let lines = """
            + billing/a
                schedule: "rate(5 minutes)"
                invocation_target: "https://example.com/hook"
            ~ billing/b
                description: "the old one" → null
            - billing/old
            1 to create, 1 to replace, 1 to delete, 1 unchanged

            """
        for flag in ["--plan", "--dry-run"] {
            let plan = try await api.belfry(["jobs", "apply", flag, "--prune", "-f", files.path])
            #expect(plan.status == 0 && plan.output == lines && api.changes.isEmpty, "\(plan.errors)")
        }
        let done = try await api.belfry(
            ["jobs", "apply", "--prune", "-f", "\(files.path)/a.yaml", "-f", "\(files.path)/k.json"])
        #expect(done.status == 0 && done.output == lines + "1 created, 1 replaced, 1 deleted\n", "\(done.errors)")
        #expect(api.changes == ["BATCH 2+1", "PUT billing/a", "PUT billing/b", "DELETE billing/old"])
        #expect(api.reads.allSatisfy { $0.hasPrefix("/services/billing/jobs?limit=1000") }, "\(api.reads)")
        let again = try await api.belfry(["jobs", "apply", "--prune", "-f", files.path])
        #expect(again.output == "0 to create, 0 to replace, 0 to delete, 3 unchanged\n" && api.changes.count == 4)
    }

    @Test func `prunes the jobs of an owner in all services, and leaves those of others`() async throws {
        let api = await FakeAdminAPI.start()
        for (name, owner) in [("billing/mine", "repo"), ("shipping/gone", "repo"), ("billing/theirs", "other")] {
            let text = "{\(SampleJobs.fields), \"owner\": \"\(owner)\"}"
            api.put(name, try JSONValue(parsing: Array(text.utf8)))
        }
        try exists(api, "nobodys")
        let files = try TemporaryFiles(["a.json": "[\(SampleJobs.json("mine")), \(SampleJobs.json("nobodys"))]"])
        let arguments = ["jobs", "apply", "--prune", "--owner", "repo", "-f"]
        let done = try await api.belfry(arguments + [files.path])
        #expect(done.status == 0, "\(done.errors)")
        #expect(
            done.output == """
                ~ billing/nobodys
                    description: "the old one" → null
                    owner: null → "repo"
                - shipping/gone
                0 to create, 1 to replace, 1 to delete, 1 unchanged
                0 created, 1 replaced, 1 deleted

                """)
        let stolen = try TemporaryFiles(["a.json": SampleJobs.json("theirs")])
        let refused = try await api.belfry(arguments + [stolen.path])
        #expect(refused.status == 1 && refused.output.isEmpty && refused.errors.contains("is managed by “other”"))
        let taken = try await api.belfry(arguments.filter { $0 != "--prune" } + [stolen.path, "--take-over"])
        #expect(taken.status == 0 && taken.output.contains(#"owner: "other" → "repo""#), "\(taken.errors)")
    }

    @Test func `deletes all jobs of an owner only with a yes`() async throws {
        let api = await FakeAdminAPI.start()
        let text = "{\(SampleJobs.fields), \"owner\": \"repo\"}"
        api.put("billing/a", try JSONValue(parsing: Array(text.utf8)))
        let files = try TemporaryFiles(["empty.yaml": "# nothing\n"])
        let arguments = ["jobs", "apply", "--prune", "--owner", "repo", "-f", files.path]
        let refused = try await api.belfry(arguments)
        #expect(refused.status == 1 && refused.errors.contains("give --yes") && api.changes.isEmpty)
        let done = try await api.belfry(arguments + ["--yes"])
        #expect(done.status == 0 && api.changes == ["BATCH 0+1", "DELETE billing/a"], "\(done.errors)")
    }

    @Test func `looks at the services of the files if the key may not list all, and says so`() async throws {
        let api = await FakeAdminAPI.start()
        api.setMayListAll(false)
        let files = try TemporaryFiles(["a.json": SampleJobs.json("a")])
        let done = try await api.belfry(["jobs", "apply", "--prune", "--owner", "repo", "-f", files.path])
        #expect(done.status == 0 && done.errors.contains("only these are looked at: billing."), "\(done.errors)")
        #expect(api.changes == ["BATCH 1+0", "PUT billing/a"])
    }

    @Test func `overwrites no job that was changed after the plan was made, and changes nothing else of its batch`()
        async throws
    {
        let api = await FakeAdminAPI.start()
        try exists(api, "b", "raced")
        let files = try TemporaryFiles(["a.json": "[\(SampleJobs.json("b")), \(SampleJobs.json("raced"))]"])
        for flags in [[], ["--verify"]] {
            let done = try await api.belfry(["jobs", "apply", "-f", files.path] + flags)
            #expect(done.status == 1 && done.errors.contains("billing/raced was changed"), "\(done.errors)")
            #expect(api.changes == (flags.isEmpty ? [] : ["PUT billing/b?verify=true"]))
        }
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
        #expect(done.status == 0 && done.output.hasPrefix("+ billing/a\n"), "\(done.errors)")
        let wrong = try await api.bash("echo '{' | belfry jobs apply -f -", folder: files.path)
        #expect(wrong.status == 1 && wrong.errors.hasPrefix("belfry: standard input:"))
        let endless = try await api.bash("belfry jobs apply -f /dev/zero", folder: files.path)
        #expect(endless.status == 1 && endless.errors.contains("is too large: give a file of at most 16 MiB"))
        #expect(api.changes == ["BATCH 1+0", "PUT billing/a"])
    }

    @Test func `tells which changes were made and which not when one fails, and names the job at fault`() async throws {
        let api = await FakeAdminAPI.start()
        try exists(api, "old")
        let jobs = (0..<499).map { "a\($0)" } + ["z", "refused"]
        let files = try TemporaryFiles(["jobs.yaml": jobs.map { "- \(SampleJobs.json($0))\n" }.joined()])
        let arguments = ["jobs", "apply", "--prune", "-f", "\(files.path)/jobs.yaml"]
        let failed = try await api.belfry(arguments)
        #expect(failed.status == 1)
        #expect(failed.output.hasSuffix("- billing/old\n501 to create, 0 to replace, 1 to delete, 0 unchanged\n"))
        #expect(
            failed.errors.hasPrefix(
                """
                belfry: The request is invalid.
                  billing/refused: /payload: is “a\\u001b[2Jb\\nc\\u009bd\\u202ee\\u007f”. Give another.
                  request id: 0123456789abcdef
                failed: + billing/refused
                failed: - billing/old
                made: + billing/a0
                made: + billing/a1

                """), "\(failed.errors.prefix(600))")
        #expect(failed.errors.hasSuffix("made: + billing/a99\nmade: 400 more\n"))
        #expect(api.changes.first == "BATCH 500+0" && api.changes.count == 501)
        let json = try await api.belfry(arguments + ["--json"])
        let plan = try JSONValue(parsing: Array(json.output.utf8))
        #expect(json.status == 1 && plan["changes"]?.array?.map { $0["made"] } == [.bool(false), .bool(false)])
        #expect(plan["unchanged"] == .integer(500) && plan["delete"] == .integer(1))
    }

    @Test func `tests the target of each job that changes, and goes on after one that is refused`() async throws {
        let api = await FakeAdminAPI.start()
        let jobs = ["a", "refused", "z"].map { "- \(SampleJobs.json($0))\n" }.joined()
        let files = try TemporaryFiles(["jobs.yaml": jobs])
        let done = try await api.belfry(["jobs", "apply", "--verify", "-f", "\(files.path)/jobs.yaml"])
        #expect(done.status == 1 && api.changes == ["PUT billing/a?verify=true", "PUT billing/z?verify=true"])
        #expect(
            done.errors == """
                belfry: refused: + billing/refused
                The request is invalid.
                  /payload: is “a\\u001b[2Jb\\nc\\u009bd\\u202ee\\u007f”. Give another.
                  request id: 0123456789abcdef
                made: + billing/a
                made: + billing/z

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
                done.errors.contains("refused: + billing/\(name)") == (name != "unavailable"), "\(done.errors)")
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
