import Foundation
import JSON
import TestServers
import Testing

extension EndToEnd {
    /// `belfry jobs apply` and `belfry jobs export` with the real programs.
    @Suite struct AppliedFilesTests {
        private static func job(_ job: String, _ more: String = "", service: String = "applied") -> String {
            """
            - service_name: \(service)
              job_name: \(job)
              async: true
              enabled: true
              exclusive: false
              invocation_type: http
              invocation_target: https://example.com/hook
              schedule: cron(0 0 1 1 ? 2199)
              ttl_seconds: 60
            \(more)

            """
        }

        /// Writes a file, and returns its path.
        private static func file(_ belfry: Installation, _ name: String, _ text: String) throws -> String {
            let path = "\(belfry.home)/files/\(name)"
            try FileManager.default.createDirectory(
                at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }

        private static func names(_ belfry: Installation, _ service: String) async throws -> [String] {
            let listed =
                try await belfry.api("GET", "/services/\(service)/jobs?limit=1000").body["results"]?.array ?? []
            return listed.compactMap { $0["job_name"]?.string }
        }

        @Test func `a folder is applied, changed, pruned by its owner and exported, and others' jobs stay`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            _ = try Self.file(belfry, "owned/one.yaml", Self.job("a") + Self.job("b"))
            _ = try Self.file(belfry, "owned/two.yaml", Self.job("c", service: "applied-too"))
            let others = try Self.file(belfry, "others.yaml", Self.job("theirs"))
            let apply = ["jobs", "apply", "--owner", "repo", "--prune", "-f", "\(belfry.home)/files/owned"]
            let theirs = try await belfry.belfry(["jobs", "apply", "--owner", "them", "-f", others])
            #expect(theirs.status == 0, "\(theirs)")
            let first = try await belfry.belfry(apply)
            #expect(first.status == 0 && first.output.hasSuffix("3 created, 0 replaced, 0 deleted\n"), "\(first)")
            let again = try await belfry.belfry(apply)
            #expect(again.output == "0 to create, 0 to replace, 0 to delete, 3 unchanged\n", "\(again)")

            _ = try Self.file(belfry, "owned/one.yaml", Self.job("b", "  retry: {max_attempts: 4}"))
            let plan = """
                ~ applied/b
                    retry.max_attempts: 3 → 4
                - applied/a
                0 to create, 1 to replace, 1 to delete, 1 unchanged

                """
            let dry = try await belfry.belfry(apply + ["--dry-run"])
            #expect(dry.status == 0 && dry.output == plan, "\(dry)")
            let second = try await belfry.belfry(apply)
            #expect(second.output == plan + "0 created, 1 replaced, 1 deleted\n", "\(second)")
            #expect(try await Self.names(belfry, "applied") == ["b", "theirs"])

            let folder = "\(belfry.home)/files/exported/"
            let exported = try await belfry.belfry(["jobs", "export", "--owner", "repo", "-o", folder])
            #expect(exported.status == 0, "\(exported)")
            let back = try await belfry.belfry(["jobs", "apply", "--owner", "repo", "--prune", "-f", folder])
            #expect(back.output == "0 to create, 0 to replace, 0 to delete, 2 unchanged\n", "\(back)")

            let empty = try Self.file(belfry, "empty.yaml", "# no job\n")
            let none = try await belfry.belfry(
                ["jobs", "apply", "--owner", "repo", "--prune", "--yes", "-f", empty])
            #expect(none.status == 0 && none.output.hasSuffix("0 created, 0 replaced, 2 deleted\n"), "\(none)")
            #expect(try await Self.names(belfry, "applied") == ["theirs"])
        }

        /// The plan is longer than a pipe holds, so `apply` waits between the plan and the changes until it is read.
        @Test func `of thousands of jobs, none is overwritten that changes between the plan and its batch`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let raced = try Self.file(belfry, "raced.yaml", Self.job("raced", service: "many"))
            let faster = try Self.file(
                belfry, "faster.yaml", Self.job("raced", "  timeout_seconds: 9", service: "many"))
            let jobs = (0..<2_000).map { Self.job("j\($0)", service: "many") }
            let many = try Self.file(
                belfry, "many.yaml",
                jobs.prefix(700).joined() + Self.job("raced", "  timeout_seconds: 8", service: "many")
                    + jobs.dropFirst(700).joined())
            let first = try await belfry.belfry(["jobs", "apply", "-f", raced])
            #expect(first.status == 0, "\(first)")
            let line = """
                "$belfry" jobs apply -f "$many" | { head -c 1; "$belfry" jobs apply -f "$faster"; cat; } >/dev/null
                exit "${PIPESTATUS[0]}"
                """
            let variables = ["belfry": "\(Project.bin)/belfry", "many": many, "faster": faster]
            let refused = try await Program.run(
                "/bin/bash", ["-c", line], environment: belfry.settings.merging(variables) { $1 })
            #expect(refused.status == 1 && refused.errors.contains("many/raced was changed"), "\(refused.errors)")
            #expect(refused.errors.contains("made: + many/j499\n") || refused.errors.contains("made: 400 more\n"))
            let job = try await belfry.api("GET", "/services/many/jobs/raced").body
            #expect(job["timeout_seconds"]?.integer == 9)
            #expect(try await Self.names(belfry, "many").count == 501, "the first batch was made, and no other")

            let done = try await belfry.belfry(["jobs", "apply", "-f", many])
            #expect(done.status == 0, "\(done.errors)")
            #expect(done.output.hasSuffix("1500 created, 1 replaced, 0 deleted\n"))
            let again = try await belfry.belfry(["jobs", "apply", "--prune", "-f", many])
            #expect(again.output == "0 to create, 0 to replace, 0 to delete, 2001 unchanged\n", "\(again.errors)")
            let deleted = try await belfry.belfry(["jobs", "apply", "--prune", "-f", raced])
            #expect(deleted.status == 0 && deleted.output.hasSuffix("0 created, 1 replaced, 2000 deleted\n"))
        }
    }
}
