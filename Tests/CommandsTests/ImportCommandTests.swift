import Foundation
import JSON
import TestServers
import Testing

/// The real program. It needs no server.
@Suite struct `jobs import` {
    private static let crontab = "0 8 * * 1-5 /bin/invoices\n@reboot x\n"
    private static let arguments = [
        "jobs", "import", "--from", "crontab", "--service", "billing", "--target", "https://h.example/{job}",
        "--ttl", "60", "--time-zone", "Europe/Madrid",
    ]

    private func belfry(_ arguments: [String]) async throws -> Finished {
        try await Program.run("\(Project.bin)/belfry", arguments)
    }

    @Test func `prints the jobs, tells what was left out, and exits with 1 then`() async throws {
        let files = try TemporaryFiles(["crontab": Self.crontab, "good": "0 8 * * 1-5 /bin/invoices\n"])
        let done = try await belfry(Self.arguments + ["\(files.path)/crontab"])
        let yaml = """
            - service_name: billing
              job_name: invoices
              async: true
              enabled: true
              exclusive: false
              schedule: cron(0 8 ? * MON-FRI *)
              time_zone: Europe/Madrid
              dst: shift,first
              invocation_type: http
              invocation_target: https://h.example/invoices
              payload: '{"command":"/bin/invoices"}'
              ttl_seconds: 60
              misfire: skip

            """
        #expect(done.status == 1 && done.output == yaml)
        #expect(
            done.errors == """
                \(files.path)/crontab:2: left out: @reboot is no time: have the service do this when it starts
                belfry: 1 left out; all else was imported

                """)
        let good = try await belfry(Self.arguments + ["-o", "\(files.path)/jobs.yaml", "\(files.path)/good"])
        #expect(good.status == 0 && good.output.isEmpty && good.errors.isEmpty)
        #expect(try String(contentsOfFile: "\(files.path)/jobs.yaml", encoding: .utf8) == yaml)
    }

    @Test func `prints JSON, and reads standard input`() async throws {
        let files = try TemporaryFiles(["crontab": Self.crontab])
        let line = "'\(Project.bin)/belfry' \(Self.arguments.joined(separator: " ")) --json <\(files.path)/crontab"
        let done = try await Program.run("/bin/bash", ["-c", line])
        let found = try JSONValue(parsing: Array(done.output.utf8))
        #expect(done.status == 1 && found["jobs"]?.array?.first?["job_name"] == .string("invoices"))
        let note = found["notes"]?.array?.first
        #expect(note?["file"] == .string("standard input") && note?["line"] == .integer(2))
        #expect(note?["level"] == .string("left_out"))
    }

    @Test func `makes jobs that jobs apply takes`() async throws {
        let api = await FakeAdminAPI.start()
        let files = try TemporaryFiles(["crontab": "0 8 * * 1-5 /bin/invoices\n"])
        let words = Self.arguments.map { "'\($0)'" }.joined(separator: " ")
        let done = try await api.bash("belfry \(words) $folder/crontab | belfry jobs apply -f -", folder: files.path)
        #expect(done.status == 0 && done.output.hasPrefix("+ billing/invoices\n"), "\(done.output)\(done.errors)")
        #expect(api.changes.last == "PUT billing/invoices")
    }

    @Test(arguments: [
        (["--from", "cron"], "give crontab, eventbridge, kubernetes, serverless-job-manager"),
        (["--from", "crontab"], "give --target, since Belfry can't run commands"),
        (["--from", "crontab", "--target", "ftp://x"], "the target does not begin with http:// or https://"),
        (["--from", "crontab", "--target", "http://x/{jobs}"], "has braces around another word"),
        (["--from", "eventbridge", "--system"], "--system is for a crontab"),
        (["--from", "eventbridge", "-", "-"], "- was given twice"),
        (["--from", "eventbridge", "--time-zone", "UTC"], "--time-zone is for a crontab and for kubernetes"),
        (["--from", "serverless-job-manager", "--time-zone", "UTC"], "--time-zone is for a crontab and for"),
        (["--from", "kubernetes", "--target", "http://x", "--time-zone", "Mars/Base"], "--time-zone: \"Mars/Base\""),
    ])
    func `refuses wrong usage with exit code 2`(arguments: [String], message: String) async throws {
        let done = try await belfry(["jobs", "import"] + arguments)
        #expect(done.status == 2 && done.output.isEmpty && done.errors.contains(message), "\(done.errors)")
    }

    @Test func `changes nothing if a file can't be read`() async throws {
        let files = try TemporaryFiles(["crontab": Self.crontab])
        let done = try await belfry(Self.arguments + ["\(files.path)/crontab", "\(files.path)/none"])
        #expect(done.status == 1 && done.output.isEmpty)
        #expect(done.errors == "belfry: \(files.path)/none: does not exist\n")
    }
}
