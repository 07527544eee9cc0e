import Determinism
import HTTPTypes
import JSON
import JobCore
import MessagingTesting
import Store
import Testing

@Suite struct `The pauses of the admin API` {
    private let api = ConsoleAPI()
    private static let job = "/services/billing/jobs/invoices"
    private static let until = ConsoleAPI.now.adding(seconds: 3_600)

    private static let subjects: [(String, JobPause.Subject, [String: JSONValue])] = [
        (
            job, .job(ConsoleAPI.job),
            ["by": .string("job"), "service_name": .string("billing"), "job_name": .string("invoices"), "tag": .null]
        ),
        (
            "/services/billing", .service("billing"),
            ["by": .string("service"), "service_name": .string("billing"), "job_name": .null, "tag": .null]
        ),
        (
            "/tags/a%2Fb%20%C3%A9", .tag("a/b é"),
            ["by": .string("tag"), "service_name": .null, "job_name": .null, "tag": .string("a/b é")]
        ),
    ]

    @Test(arguments: subjects)
    func `are made, listed, and ended by who asks for it, with a note and an end`(
        path: String, subject: JobPause.Subject, names: [String: JSONValue]
    ) async throws {
        let paused = try await api.send(
            .post, path + "/pause", #"{"note": "moving", "until": "\#(Self.until.rfc3339)"}"#)
        #expect(paused.status == 200)
        let stored = JobPause(subject, note: "moving", begunAt: ConsoleAPI.now, until: Self.until, by: "admin")
        #expect(api.store.content.pauses == [stored])
        var expected = names.merging([
            "note": .string("moving"), "until": .string(Self.until.rfc3339), "paused_by": .string("admin"),
            "paused_at": .string(ConsoleAPI.now.rfc3339), "resumed_at": .null,
        ]) { $1 }
        #expect(try await api.send(.get, "/pauses").body["results"]?.array == [.object(expected)])
        expected["jobs"] = .integer(subject == .tag("a/b é") ? 0 : 1)
        #expect(try paused.body == .object(expected))

        api.time.pass(milliseconds: 1_000)
        let resumed = try await api.send(.post, path + "/resume")
        #expect(resumed.status == 200)
        expected["jobs"] = nil
        expected["resumed_at"] = .string(ConsoleAPI.now.adding(seconds: 1).rfc3339)
        #expect(try resumed.body == .object(expected))
        #expect(try await api.send(.get, "/pauses").body["count"] == .integer(0))
        #expect(try await api.send(.post, path + "/resume").status == 409)
        #expect(api.memory.isIdle, "nothing but the store is asked")
    }

    @Test(arguments: [nil, "", "{}", #"{"note": null, "until": null}"#])
    func `need no body`(body: String?) async throws {
        #expect(try await api.send(.post, Self.job + "/pause", body).status == 200)
        #expect(api.store.content.pauses == [JobPause(.job(ConsoleAPI.job), begunAt: ConsoleAPI.now, by: "admin")])
        #expect(try await api.send(.post, Self.job + "/resume", body == nil ? nil : "{}").status == 200)
    }

    @Test func `take an end in milliseconds`() async throws {
        let answer = try await api.send(
            .post, Self.job + "/pause", #"{"until": \#(Self.until.millisecondsSinceEpoch)}"#)
        #expect(try answer.body["until"] == .string(Self.until.rfc3339))
    }

    private static let wrong: [(String, [String])] = [
        (#"{"until": "tomorrow"}"#, ["/until invalid"]), (#"{"until": true}"#, ["/until invalid"]),
        (#"{"until": 1.5}"#, ["/until invalid"]), (#"{"until": "2000-01-01T00:00:00Z"}"#, ["/until out_of_range"]),
        (#"{"until": \#(ConsoleAPI.now.millisecondsSinceEpoch)}"#, ["/until out_of_range"]),
        (#"{"until": 253402300800000}"#, ["/until out_of_range"]),
        (#"{"until": 9223372036854775807}"#, ["/until out_of_range"]),
        (
            #"{"note": 7, "until": "x", "reason": "y"}"#,
            ["/note wrong_type", "/until invalid", "/reason unknown_field"]
        ),
        (#"{"note": "\#(String(repeating: "n", count: 1_025))"}"#, ["/note too_long"]),
        (#"{"note": "a\u0000"}"#, ["/note invalid"]),
    ]

    @Test(arguments: wrong)
    func `are refused with every mistake in the body`(body: String, errors: [String]) async throws {
        let answer = try await api.send(.post, Self.job + "/pause", body)
        #expect(answer.status == 422)
        let found = try (answer.body["errors"]?.array ?? []).map {
            "\($0["field"]?.string ?? "") \($0["code"]?.string ?? "")"
        }
        #expect(found == errors && api.store.content.pauses.isEmpty)
    }

    @Test func `are refused for unknown jobs, for wrong names, for bodies of another kind, and beyond the limit`()
        async throws
    {
        #expect(try await api.send(.post, "/services/billing/jobs/none/pause").status == 404)
        #expect(try await api.send(.post, "/services/billing/jobs/none/resume").status == 404)
        #expect(try await api.send(.post, "/services/a%20b/pause").status == 422)
        #expect(try await api.send(.post, "/tags/%FF/pause").status == 422)
        #expect(try await api.send(.post, "/tags/\(String(repeating: "t", count: 65))/pause").status == 422)
        #expect(try await api.send(.post, Self.job + "/pause", "[]").status == 400)
        #expect(try await api.send(.post, Self.job + "/pause", "x", contentType: "text/plain").status == 415)
        #expect(try await api.send(.post, Self.job + "/resume", #"{"note": "x"}"#).status == 422)
        let large = #"{"note": "\#(String(repeating: " ", count: 20_000))"}"#
        #expect(try await api.send(.post, Self.job + "/pause", large).status == 413)
        api.store.change { $0.pausesMax = 0 }
        #expect(try await api.send(.post, Self.job + "/pause").status == 409)
        #expect(api.store.content.pauses.isEmpty)
    }

    @Test func `of a service that has no jobs, and of a tag that none has, are made for those to come`() async throws {
        for path in ["/services/new", "/tags/new"] {
            #expect(try await api.send(.post, path + "/pause").body["jobs"] == .integer(0))
        }
        #expect(api.store.content.pauses.count == 2)
    }

    @Test func `of a job that was deleted can be ended`() async throws {
        _ = try await api.send(.post, Self.job + "/pause")
        #expect(try await api.send(.delete, Self.job).status == 204)
        #expect(try await api.send(.post, Self.job + "/resume").status == 200)
        #expect(try await api.send(.post, Self.job + "/resume").status == 404)
    }

    @Test func `are ended only by their own subject, and the answer names the one that pauses the job`() async throws {
        _ = try await api.send(.post, "/services/billing/pause")
        let answer = try await api.send(.post, Self.job + "/resume", key: .own)
        #expect(answer.status == 409)
        #expect(
            try answer.body["message"]
                == .string("Not paused by itself: the job billing/invoices. Resume the service billing."))
    }

    @Test func `of a service are for its key, and those of tags for an admin's`() async throws {
        #expect(try await api.send(.post, Self.job + "/pause", key: .own).status == 200)
        #expect(try await api.send(.post, "/services/billing/pause", key: .own).status == 200)
        #expect(try await api.send(.post, "/tags/nightly/pause", key: .own).status == 403)
        #expect(try await api.send(.post, "/tags/nightly/pause").status == 200)
        _ = try await api.send(.post, "/services/shipping/pause")
        #expect(try await api.send(.get, "/pauses", key: .own).status == 403)
        let own = try await api.send(.get, "/pauses?service_name=billing", key: .own)
        #expect(try own.body["results"]?.array.map { $0["by"] } == [.string("job"), .string("service")])
        #expect(try await api.send(.get, "/pauses", key: .read).body["count"] == .integer(4))
    }

    @Test func `come in pages that together hold each pause once`() async throws {
        for number in 0..<7 { _ = try await api.send(.post, "/tags/t%20\(number)/pause") }
        var (tags, more, pages): ([String], String?, Int) = ([], "", 0)
        while let token = more, pages < 10 {
            let page = try await api.send(
                .get, "/pauses?limit=3" + (token.isEmpty ? "" : "&more=\(token.replacing("=", with: "%3D"))"))
            tags += try page.body["results"]?.array.compactMap { $0["tag"]?.string } ?? []
            more = try page.body["paging"]?["more"]?.string
            pages += 1
        }
        #expect(pages == 3 && tags == (0..<7).map { "t \($0)" })
        for token in ["", "nonsense!", "eC95", "am9iL3g"] {
            #expect(try await api.send(.get, "/pauses?more=\(token)").status == 422, "\(token)")
        }
    }

    private func shown() async throws -> JSONValue {
        let one = try await api.send(.get, Self.job).body
        #expect(try await api.send(.get, "/jobs").body["results"]?.array == [one], "a list shows the same")
        return one
    }

    @Test func `are shown by the job: the one that ends last, and the first occurrence after all of them`() async throws
    {
        let running = try await shown()
        #expect(running["paused"] == .null && running["next_occurrence"]?.string != nil)
        let hour = ConsoleAPI.now.adding(seconds: 3_600)
        _ = try await api.send(.post, Self.job + "/pause", #"{"until": "\#(hour.adding(seconds: -60).rfc3339)"}"#)
        _ = try await api.send(.post, "/services/billing/pause", #"{"note": "moving", "until": "\#(hour.rfc3339)"}"#)
        let timed = try await shown()
        #expect(
            timed["paused"]
                == .object([
                    "by": .string("service"), "tag": .null, "note": .string("moving"), "until": .string(hour.rfc3339),
                    "paused_by": .string("admin"), "paused_at": .string(ConsoleAPI.now.rfc3339),
                ]))
        let every: Int64 = 300_000
        let next = Instant(millisecondsSinceEpoch: (hour.millisecondsSinceEpoch + every - 1) / every * every)
        #expect(timed["next_occurrence"] == .string(next.rfc3339))

        api.store.change { $0.jobs[ConsoleAPI.job]?.job.tags = ["nightly"] }
        _ = try await api.send(.post, "/tags/nightly/pause")
        let open = try await shown()
        #expect(open["paused"]?["by"] == .string("tag") && open["paused"]?["tag"] == .string("nightly"))
        #expect(open["next_occurrence"] == .null, "nobody knows the end")
        _ = try await api.send(.post, "/tags/nightly/resume")
        api.time.pass(milliseconds: 3_600_000)
        #expect(try await shown()["paused"] == .null)
    }

    @Test func `stay when the job is put again, as its answer shows, and what is shown can be put back`() async throws {
        _ = try await api.send(.post, Self.job + "/pause")
        let put = try await api.send(.put, Self.job, ConsoleAPI.document)
        #expect(try put.status == 200 && put.body["paused"]?["by"] == .string("job"))
        #expect(try put.body["next_occurrence"] == .null)
        let shown = try await api.send(.get, Self.job)
        let back = try await api.send(.put, Self.job, shown.text)
        #expect(try back.status == 200 && back.body["paused"]?["by"] == .string("job"))
    }
}
