import Commands
import Determinism
import JSON
import JobCore
import Testing

/// What is written for jobs, and that the reader of `jobs apply` gets the same jobs back.
@Suite struct `A file that is written for jobs` {
    private func job(_ more: [String: JSONValue]) throws -> JSONValue {
        guard case .object(var fields) = try JSONValue(parsing: Array(SampleJobs.json("a").utf8)) else { return .null }
        fields.merge(more) { $1 }
        return .object(fields)
    }

    /// The document of the only job in a file, as `jobs apply` reads it.
    private func readBack(_ text: String) throws -> JSONValue {
        let found = SampleJobs.read(try TemporaryFiles(["jobs.yaml": text]), "jobs.yaml")
        let job = try #require(found.jobs.first, "\(found.faults)\n\(text)")
        guard case .object(var fields) = job.document else { return .null }
        fields["service_name"] = .string(job.name.service)
        fields["job_name"] = .string(job.name.job)
        return .object(fields)
    }

    @Test func `has the fields in the order in which people read them`() throws {
        let one = try job([
            "schedule": .string("cron(*/5 8-17 ? * MON-FRI *)"), "payload": .string(#"{"it's": "\n"}"#),
            "retry": .object(["max_attempts": .integer(2), "backoff_seconds": .array([.integer(5), .integer(30)])]),
            "headers": .object(["X-Team": .string("on"), "X-Zero": .string("007")]), "description": .null,
            "tags": .array([.string("a"), .string("b c, d"), .string("yes")]), "time_zone": .string("Europe/Madrid"),
        ])
        #expect(
            JobFileWriter.yaml([one, .object(["job_name": .string("b")])]) == """
                - service_name: billing
                  job_name: a
                  async: true
                  enabled: true
                  exclusive: false
                  schedule: cron(*/5 8-17 ? * MON-FRI *)
                  time_zone: Europe/Madrid
                  invocation_type: http
                  invocation_target: https://example.com/hook
                  headers:
                    X-Team: "on"
                    X-Zero: "007"
                  payload: '{"it''s": "\\n"}'
                  ttl_seconds: 60
                  heartbeat_interval_seconds: 30
                  retry:
                    backoff_seconds: [5, 30]
                    max_attempts: 2
                  tags: [a, "b c, d", "yes"]
                - job_name: b

                """)
        #expect(JobFileWriter.yaml([]) == "[]\n")
    }

    @Test(arguments: [
        "", " ", "a ", " a", "yes", "No", "null", "~", "12", "0x1F", "1_000", "1:00:00", "2001-12-14", ".inf", "-",
        "---",
        "...", "- a", "? a", "a: b", "a:", "a #b", "#b", "*a", "&a", "!a", "|", ">", "@a", "`a`", "%a", "{a}", "[a]",
        "'", "''", "\"", "\\", "it's \"it\"", "a\nb", "a\n", "\n", "a\r\nb", "a\tb", "\u{1B}[2J", "\u{7F}", "\u{85}",
        "\u{2028}", "\u{2029}", "a\u{FEFF}", "\u{202E}abc", "\u{FFFF}", "ü", "日本", "🎉", "e\u{301}", "<<", "a, b", "y",
        "http://example.com/?a=b&c=d", "cron(* * * * ? *)", "\u{10FFFF}",
    ])
    func `keeps every text`(text: String) throws {
        let wanted = try job([
            "payload": .string(text), "description": .string(text), "tags": .array([.string("x\(text)")]),
        ])
        #expect(try readBack(JobFileWriter.yaml([wanted])) == wanted)
    }

    @Test func `keeps random texts`() throws {
        var random = SplitMix64(seed: 7)
        let alphabet = Array("ab1 :#-?*&!|>'\"%@`{}[],\\\n\t\r~=é\u{85}\u{2029}\u{1}🎉".unicodeScalars)
        for _ in 0..<100 {
            var text = String.UnicodeScalarView()
            for _ in 0..<random.int(0...12) { text.append(alphabet[random.int(0...(alphabet.count - 1))]) }
            let wanted = try job(["payload": .string(String(text))])
            #expect(try readBack(JobFileWriter.yaml([wanted])) == wanted)
        }
    }
}
