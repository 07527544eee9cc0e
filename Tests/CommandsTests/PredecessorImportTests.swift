import Commands
import JSON
import JobCore
import Testing

/// What the jobs of the predecessor become.
@Suite struct `Jobs of the predecessor` {
    private static let fields = """
        "async": true, "enabled": true, "exclusive": false, "invocation_type": "http",
        "invocation_target": "http://poi/v1/hooks", "payload": "{\\"a\\": 1}", "schedule": "cron(*/5 * * * ? *)",
        "ttl_seconds": 119, "deleted_at": null
        """

    @Test func `keep their fields, and lose those that are internal`() throws {
        let text = """
            {"results": [
             {"service_name": "poi", "job_name": "a", \(Self.fields), "key": "poi--a", "guid": "g", "created_at": 1},
             {"service_name": "poi", "job_name": "b b", "invocation_target": "http://poi/x", "schedule": "rate(1 day)",
              "payload": {"x": 1}},
             {"service_name": "poi", "job_name": "c", \(Self.fields.replacing("null", with: "\"2019\""))},
             {"service_name": "poi", "job_name": "d", \(Self.fields), "key": "poi--d", "guid": "h", "created_at": 2},
             {"service_name": "poi", "job_name": "e", \(Self.fields.replacing("119", with: "0"))},
             {"service_name": "poi"}, {"job_name": "f"}
            ]}
            """
        var options = ImportOptions.sample
        options.ttlSeconds = nil
        let found = try ImportSample(text, from: .predecessor, options: options)
        #expect(found.names == ["poi/a", "poi/b-b", "poi/d"] && !found.isComplete)
        #expect(found.texts("ttl_seconds") == ["119", "60", "119"])
        #expect(found.texts("exclusive") == ["false", "true", "false"])
        #expect(found.texts("payload") == ["{\"a\": 1}", "{\"x\":1}", "{\"a\": 1}"])
        #expect(found.texts("invocation_target") == ["http://poi/v1/hooks", "http://poi/x", "http://poi/v1/hooks"])
        let parts = [
            "created_at, guid, key: no fields of a job", "the payload of “b b” is an object",
            "“poi/b b” is named poi/b-b here", "poi/b-b: rate(1 day) counts from 1970", "“c” was deleted there",
            "left out: poi/e: /ttl_seconds: is 0", "left out: this is not a job: it has no job_name",
            "left out: “f” has no schedule",
        ]
        #expect(found.notes.count == parts.count, "\(found.notes)")
        for (note, part) in zip(found.notes, parts) { #expect(note.contains(part), "\(note)") }
    }

    @Test func `may be a list, one job, or YAML`() throws {
        let one = "{\"service_name\": \"poi\", \"job_name\": \"a\", \(Self.fields)}"
        let other = one.replacing("\"a\",", with: "\"b\",")
        #expect(try ImportSample("[\(one), \(other)]", from: .predecessor).names == ["poi/a", "poi/b"])
        let yaml = "- \(one.replacing("\n", with: " "))\n"
        #expect(try ImportSample(one, from: .predecessor, more: ["b": yaml]).names == ["poi/a", "poi/a-2"])
    }
}
