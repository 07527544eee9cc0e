import JSON
import JobCore
import Synchronization
import TestServers
import Testing

/// The real program: how it lists, shows, starts and follows runs, against an API whose answers a test gives.
@Suite struct `A run on the command line` {
    private static let id = "4a01965e-53f8-5e10-91d0-3f4a7e34dd21"

    private static func execution(
        _ status: String, reason: JSONValue = .null, id: String = id, error: JSONValue = .null
    ) -> JSONValue {
        .object([
            "execution_id": .string(id), "service_name": .string("billing"), "job_name": .string("a"),
            "status": .string(status), "reason": reason, "scheduled_time": .string("2026-01-31T08:00:00Z"),
            "error": error,
        ])
    }

    private static func page(_ values: [JSONValue], more: String? = nil) -> JSONValue {
        .object([
            "count": .integer(Int64(values.count)), "results": .array(values),
            "paging": .object(["more": more.map(JSONValue.string) ?? .null]),
        ])
    }

    @Test func `is found by every filter of the API`() async throws {
        let api = await ScriptedAPI.start { _, _ in .init(body: Self.page([])) }
        _ = try await api.belfry(
            "executions", "--status", "fail", "--reason", "ttl", "--trigger", "manual", "--service", "billing",
            "--job", "a", "--tag", "b&c", "--since", "2026-01-01T00:00:00+01:00", "--until", "2026-02-01T00:00:00Z",
            "--correlation-id", "é", "--limit", "7")
        _ = try await api.belfry("executions", "billing/a", "--status", "success")
        let expected = [
            "GET /executions?status=fail&reason=ttl&trigger=manual&service_name=billing&job_name=a&tag=b%26c"
                + "&since=2025-12-31T23%3A00%3A00Z&until=2026-02-01T00%3A00%3A00Z&correlation_id=%C3%A9&limit=7",
            "GET /services/billing/jobs/a/executions?status=success&limit=20",
        ]
        #expect(api.requests == expected)
        for arguments in [
            "\(Self.id) --status fail", "\(Self.id) --all", "billing/a --service billing", "--all --limit 2",
            "--reason late", "--trigger cron", "--since never", "--tag ''",
        ] {
            let wrong = try await api.bash("belfry executions \(arguments)")
            #expect(wrong.status == 2 && wrong.output.isEmpty, "\(arguments)")
        }
        #expect(api.requests.count == 2)
    }

    @Test func `is listed over all pages, as one table or one JSON value`() async throws {
        let ids = (0..<3).map { "\(Self.id.dropLast())\($0)" }
        let api = await ScriptedAPI.start { request, _ in
            let isFirst = !request.contains("more=")
            let found = isFirst ? ids.prefix(2) : ids.suffix(1)
            return .init(body: Self.page(found.map { Self.execution("success", id: $0) }, more: isFirst ? "p 2" : nil))
        }
        let table = try await api.belfry("executions", "--all")
        let lines = table.output.split(separator: "\n")
        #expect(table.status == 0 && lines.count == 4 && lines[0].hasPrefix("EXECUTION "), "\(table)")
        #expect(lines.dropFirst().map { String($0.prefix(36)) } == ids)
        #expect(api.requests == ["GET /executions?limit=100", "GET /executions?limit=100&more=p%202"])
        let json = try JSONValue(parsing: Array(try await api.belfry("executions", "--all", "--json").output.utf8))
        #expect(json["count"] == .integer(3) && json["paging"]?["more"] == .null)
        #expect(json["results"]?.array?.map { $0["execution_id"]?.string } == ids)

        let endless = await ScriptedAPI.start { _, _ in .init(body: Self.page([], more: "same")) }
        let stopped = try await endless.belfry("services")
        #expect(stopped.status == 1 && stopped.errors.contains("again and again") && endless.requests.count == 2)
    }

    @Test func `is found behind pages that are empty or short, up to the limit`() async throws {
        let ids = (0..<3).map { "\(Self.id.dropLast())\($0)" }
        let api = await ScriptedAPI.start { request, _ in
            let page = ["p1", "p2", "p3"].first { request.contains("more=\($0)") }
            return switch page {
            case "p1": .init(body: Self.page([Self.execution("success", id: ids[0])], more: "p2"))
            case "p2": .init(body: Self.page(ids.suffix(2).map { Self.execution("fail", id: $0) }, more: "p3"))
            case "p3": .init(body: Self.page([]))
            default: .init(body: Self.page([], more: "p1"))
            }
        }
        let path = "GET /executions?tag=a&limit="
        let limited = try await api.belfry("executions", "--tag", "a", "--limit", "3", "--json")
        let json = try JSONValue(parsing: Array(limited.output.utf8))
        #expect(json["results"]?.array?.map { $0["execution_id"]?.string } == ids, "\(limited)")
        #expect(json["count"] == .integer(3) && json["paging"]?["more"] == .string("p3"))
        #expect(api.requests == ["\(path)3", "\(path)3&more=p1", "\(path)2&more=p2"])
        let all = try await api.belfry("executions", "--tag", "a")
        #expect(all.output.split(separator: "\n").dropFirst().map { String($0.prefix(36)) } == ids, "\(all)")
        #expect(api.requests.count == 7 && api.requests.last == "\(path)17&more=p3")
    }

    @Test func `is shown with its fields in order and its timeline as a table`() async throws {
        let timeline = JSONValue.array([
            .object(["at": .string("t1"), "event": .string("created")]),
            .object([
                "at": .string("t2"), "event": .string("attempt"), "attempt": .integer(1), "status_code": .integer(200),
                "latency_ms": .integer(3),
            ]),
        ])
        let api = await ScriptedAPI.start { _, _ in
            guard case .object(var fields) = Self.execution("invoked") else { return .init() }
            fields["timeline"] = timeline
            return .init(body: .object(fields))
        }
        let shown = try await api.belfry("executions", Self.id)
        #expect(
            shown.output == """
                execution_id: \(Self.id)
                service_name: billing
                job_name: a
                scheduled_time: 2026-01-31T08:00:00Z
                status: invoked

                AT  EVENT    ATTEMPT  CODE  LATENCY  DETAIL
                t1  created
                t2  attempt  1        200   3 ms

                """)
    }

    @Test(arguments: [("success", JSONValue.null, 0), ("fail", .string("ttl"), 1)])
    func `is started with a payload and followed to its end`(end: String, reason: JSONValue, status: Int32) async throws
    {
        let api = await ScriptedAPI.start { request, number in
            if request.hasPrefix("POST") {
                return .init(status: 202, body: .object(["execution_id": .string(Self.id)]))
            }
            let states = ["invoked", "invoked", "processing"]
            // It is on record a moment after the answer.
            guard number > 1 else { return .init(status: 404, body: .object(["message": .string("Not there.")])) }
            return .init(
                body: number - 2 < states.count
                    ? Self.execution(states[number - 2])
                    : Self.execution(end, reason: reason, error: .string(FakeAdminAPI.hostile)))
        }
        let run = try await api.bash("printf 'x\\n\"' | belfry run billing/a --payload-file - --follow")
        #expect(run.status == status, "\(run)")
        #expect(api.requests.first == #"POST /services/billing/jobs/a/run {"payload":"x\n\""}"#)
        let shown = run.output.split(separator: "\n").map { $0.split(separator: " ").suffix(1).joined() }
        #expect(shown == ["invoked", "processing", status == 0 ? "success" : "fail:ttl"])
        let errors =
            "belfry: billing/a has ended as fail:ttl\n  error: a\\u001b[2Jb\\nc\\u009bd\\u202ee\\u007f\n"
            + "  next: belfry executions \(Self.id) shows its timeline\n"
        #expect(run.errors == (status == 0 ? "" : errors))
    }

    @Test func `is retried, and followed in JSON, a line for each change`() async throws {
        let api = await ScriptedAPI.start { request, _ in
            request.hasPrefix("POST")
                ? .init(status: 202, body: .object(["execution_id": .string(Self.id), "retry_of": .string("x")]))
                : .init(body: Self.execution("success"))
        }
        let retried = try await api.belfry("retry", Self.id)
        #expect(retried.status == 0 && retried.output == "\(Self.id)\n")
        let json = try await api.belfry("retry", Self.id, "--payload", "p", "--json")
        #expect(json.output == #"{"execution_id":"\#(Self.id)","retry_of":"x"}"# + "\n")
        let followed = try await api.belfry("retry", Self.id, "--follow", "--json")
        #expect(followed.status == 0 && followed.output == Self.execution("success").text + "\n")
        let path = "POST /executions/\(Self.id)/retry"
        #expect(api.requests == [path, path + #" {"payload":"p"}"#, path, "GET /executions/\(Self.id)"])
        let both = try await api.belfry("retry", Self.id, "--payload", "p", "--payload-file", "-")
        #expect(both.status == 2 && api.requests.count == 4)
    }

    @Test func `is read again while the API asks for that, and not requested again`() async throws {
        let busy = ScriptedAPI.Reply(
            status: 429, body: .object(["message": .string("Busy.")]), headers: ["Retry-After": "1"])
        let api = await ScriptedAPI.start { request, number in
            number == 0 || request.hasPrefix("POST") ? busy : .init(body: Self.page([]))
        }
        let listed = try await api.belfry("executions")
        #expect(listed.status == 0 && api.requests.count == 2)
        let run = try await api.belfry("run", "billing/a")
        #expect(run.status == 1 && run.errors == "belfry: Busy.\n  next: try again in 1 s\n")
        #expect(api.requests.count == 3)
    }

    @Test func `fits the terminal and has colours there, unless NO_COLOR is set`() async throws {
        let api = await ScriptedAPI.start { _, _ in
            .init(body: Self.page([Self.execution("fail", reason: .string("日本語日本語日本語日本語"))]))
        }
        let shown = try await api.belfry("executions", columns: 96)
        #expect(
            shown.output.contains("\u{1B}[1mEXECUTION\u{1B}[0m") && shown.output.contains("\u{1B}[31mfail\u{1B}[0m"))
        #expect(shown.output.contains("\(Self.id)  billing") && shown.output.contains("…\r\n"), "\(shown)")
        let plain = try await api.belfry("executions", columns: 200, environment: ["NO_COLOR": "1"])
        #expect(!plain.output.contains("\u{1B}") && plain.output.contains("日本語日本語日本語日本語\r\n"), "\(plain)")
        let piped = try await api.belfry("executions")
        #expect(!piped.output.contains("\u{1B}") && !piped.output.contains("…"))
        let refused = try await api.belfry("jobs show x", columns: 80, environment: ["TERM": "dumb"])
        #expect(!refused.output.contains("\u{1B}"))
    }
}

/// The real program: lists that only the API knows.
@Suite struct `A list on the command line` {
    private static let entry = JSONValue.object([
        "at": .string("2026-01-31T08:00:00Z"), "actor": .string("deploy"), "action": .string("job.put"),
        "service_name": .string("billing"), "job_name": .string("a"),
        "before": .object(["enabled": .bool(true), "schedule": .string("rate(1 hour)")]),
        "after": .object(["enabled": .bool(false), "schedule": .string("rate(1 hour)")]),
    ])

    private static func list(_ value: JSONValue) -> JSONValue {
        .object(["count": .integer(1), "results": .array([value]), "paging": .object(["more": .null])])
    }

    @Test func `of changes has who did what, and what differs`() async throws {
        let api = await ScriptedAPI.start { _, _ in .init(body: Self.list(Self.entry)) }
        let row = "2026-01-31T08:00:00Z  deploy  job.put  billing/a"
        let table = try await api.belfry("audit", "--actor", "deploy", "--action", "job.put", "--service", "billing")
        #expect(table.output == "WHEN                  WHO     WHAT     SUBJECT\n\(row)\n", "\(table)")
        let diff = try await api.belfry("audit", "--diff", "--since", "2026-01-01T00:00:00Z")
        #expect(diff.output == "\(row)\n  - enabled: true\n  + enabled: false\n")
        let json = try await api.belfry("audit", "--json", "--limit", "3", "--until", "2027-01-01T00:00:00Z")
        #expect(json.output == Self.list(Self.entry).text + "\n")
        #expect(
            api.requests == [
                "GET /audit?actor=deploy&action=job.put&service_name=billing&limit=20",
                "GET /audit?since=2026-01-01T00%3A00%3A00Z&limit=20",
                "GET /audit?until=2027-01-01T00%3A00%3A00Z&limit=3",
            ])
    }

    @Test func `of services or schedules has a row for each`() async throws {
        let api = await ScriptedAPI.start { request, _ in
            .init(
                body: Self.list(
                    request == "GET /services?limit=1000"
                        ? .object(["service_name": .string("billing"), "jobs": .integer(2), "disabled": .integer(1)])
                        : .object([
                            "expression": .string("rate(1 hour)"), "time_zone": .string("UTC"), "jobs": .integer(2),
                        ])))
        }
        let services = try await api.belfry("services")
        #expect(services.output == "SERVICE  JOBS  DISABLED  PAUSED\nbilling  2     1         -\n")
        let schedules = try await api.belfry("schedules")
        #expect(
            schedules.output.split(separator: "\n").last.map(String.init)
                == "rate(1 hour)  UTC        -    2     -         -")
        let json = try await api.belfry("schedules", "--json", "--service", "billing")
        #expect(api.requests.last == "GET /schedules?service_name=billing&limit=1000")
        #expect(try JSONValue(parsing: Array(json.output.utf8))["results"]?.array?.first?["jobs"] == .integer(2))
    }

    @Test func `from another server than the admin API is refused with the address`() async throws {
        let api = await ScriptedAPI.start { _, _ in .init(status: 404, text: "<html>") }
        let refused = try await api.belfry("services")
        #expect(refused.status == 1 && refused.errors.contains("next: this is no answer of the admin API"))
        #expect(refused.errors.contains("BELFRY_API_URL or --api-url, which is http://127.0.0.1:"))
        let silent = try await Program.run(
            "\(Project.bin)/belfry", ["jobs", "list"],
            environment: ["BELFRY_API_URL": "http://me:hidden@127.0.0.1:1", "BELFRY_API_KEY": "belfry_x"])
        #expect(silent.status == 1 && !silent.errors.contains("hidden"), "\(silent)")
        #expect(silent.errors.contains("next: give an address without user, password"))
        let insecure = try await api.bash("BELFRY_API_URL=${BELFRY_API_URL/http:/https:} belfry jobs list")
        #expect(insecure.status == 1 && insecure.errors.contains("next: check the certificate"), "\(insecure)")
        let refusedConnection = try await Program.run(
            "\(Project.bin)/belfry", ["jobs", "list"],
            environment: ["BELFRY_API_URL": "http://127.0.0.1:1", "BELFRY_API_KEY": "belfry_x"])
        #expect(refusedConnection.errors.contains("next: start consoled there, or correct BELFRY_API_URL"))
    }
}
