import Commands
import JSON
import JobCore
import Messaging
import Store
import Testing

@Suite struct `The findings of belfry doctor` {
    private static let sample: [DoctorFinding] = [
        .ok("broker", "it is there"), .warning("time zones", "old", next: "upgrade"),
        .notChecked("clock", "no clock", next: "set it"),
    ]

    @Test func `stand in aligned lines, each with its remedy below`() {
        let entries = DoctorSheet(Self.sample).entries
        #expect(
            entries.map { $0.verdict + $0.rest } == [
                "ok           broker      it is there", "warning      time zones  old",
                "not checked  clock       no clock",
            ])
        #expect(entries.map(\.next) == [nil, "             next: upgrade", "             next: set it"])
    }

    @Test func `are well unless something is wrong`() {
        #expect(DoctorSheet(Self.sample).isOK)
        #expect(!DoctorSheet(Self.sample + [.wrong("store", "gone", next: "find it")]).isOK)
    }

    @Test func `are one value as JSON`() {
        let json = DoctorSheet([.warning("a", "b", next: "c"), .ok("d", "e")]).json
        #expect(
            json.text == #"{"checks":[{"check":"a","found":"b","next":"c","status":"warning"},"#
                + #"{"check":"d","found":"e","next":null,"status":"ok"}],"ok":true}"#)
    }

    @Test func `about a node that does not answer are a warning while another node does`() {
        let down = DoctorFinding.wrong("broker", "down", next: "start it")
        #expect(DoctorFinding.nodes([down, down]).map(\.verdict) == [.wrong, .wrong])
        #expect(DoctorFinding.nodes([down, .ok("broker", "up")]).map(\.verdict) == [.warning, .ok])
    }

    @Test(arguments: [
        ("RabbitMQ", "3.9.29", DoctorFinding.Verdict.wrong), ("RabbitMQ", "3.10.0", .warning),
        ("RabbitMQ", "3.13.7", .warning), ("RabbitMQ", "4.1.8", .warning), ("RabbitMQ", "4.2.0", .ok),
        ("RabbitMQ", "4.10.0-rc.1", .ok), ("RabbitMQ", "5.0.0", .ok), ("RabbitMQ", "2.10.1", .wrong),
        ("RabbitMQ", "", .warning), ("RabbitMQ", "four.1.2", .warning), ("LavinMQ", "4.2.0", .warning),
    ])
    func `judge the version of the broker by its series`(
        product: String, version: String, verdict: DoctorFinding.Verdict
    ) {
        let finding = BrokerVersion.finding(product: product, version: version, cluster: "rabbit@a")
        #expect(finding.verdict == verdict && finding.found.hasPrefix("\(product) \(version), cluster rabbit@a"))
        #expect((finding.next == nil) == (verdict == .ok))
    }

    // The header says 100 s, and was written between 100.0 and 101.0 s of the server's clock.
    @Test(
        arguments: [
            (100_500, 100_500, DoctorFinding.Verdict.ok, "to about a second"),
            (100_000, 101_000, .ok, "to about a second"),
            (98_600, 98_600, .ok, "to about a second"),
            (98_500, 98_500, .warning, "this machine is 2.0 s behind"),
            (103_700, 103_700, .warning, "this machine is 3.2 s ahead of"),
            // A slow answer may have been written at any time of its way.
            (96_500, 100_500, .ok, "to about a second"),
            (92_000, 96_000, .warning, "this machine is 4.5 s behind"),
        ] as [(Int64, Int64, DoctorFinding.Verdict, String)])
    func `warn of a clock that is two seconds off for certain`(
        asked: Int64, answered: Int64, verdict: DoctorFinding.Verdict, text: String
    ) {
        let finding = ClockDifference(serverSeconds: 100, asked: asked, answered: answered).finding(server: "x")
        #expect(finding.verdict == verdict && finding.found.contains(text), "\(finding)")
    }
}

@Suite struct `The finding about time zones` {
    private static let list = "# text\n#updated 1720104763 (2024-07-04)\n#expires 1751068800 (2025-06-28)\n"

    private func finding(
        _ zones: String?, _ leapSeconds: String?, _ version: String? = nil, at now: String
    ) throws -> DoctorFinding {
        ZoneRelease(zones: zones, leapSeconds: leapSeconds, version: version)
            .finding(folder: "/z", hasZones: true, now: try #require(Instant(rfc3339: now)))
    }

    @Test(arguments: [
        ("2025-06-27T23:59:59Z", DoctorFinding.Verdict.ok), ("2025-06-28T00:00:00Z", .warning),
    ])
    func `warns from the day on which its list of leap seconds ends`(
        now: String, verdict: DoctorFinding.Verdict
    ) throws {
        let finding = try finding("# version 2024b\n# redo", Self.list, at: now)
        #expect(finding.verdict == verdict && finding.found.hasPrefix("tzdata 2024b in /z"), "\(finding)")
    }

    @Test(arguments: [
        ("2024a", "2025-09-30T23:59:59Z", DoctorFinding.Verdict.ok), ("2024a", "2025-10-01T00:00:00Z", .warning),
        ("2024a", "2026-01-01T00:00:00Z", .warning), ("2025c", "2025-12-31T00:00:00Z", .ok),
    ])
    func `goes by the year of the release where there is no such list`(
        version: String, now: String, verdict: DoctorFinding.Verdict
    ) throws {
        #expect(try finding("# version \(version)", nil, at: now).verdict == verdict)
        #expect(try finding(nil, nil, "\(version)\n", at: now).verdict == verdict)
    }

    @Test func `says what is missing`() throws {
        #expect(try finding(nil, nil, at: "2025-01-01T00:00:00Z").verdict == .notChecked)
        #expect(try finding("Rule x", "", at: "2025-01-01T00:00:00Z").verdict == .notChecked)
        let none = ZoneRelease(zones: nil, leapSeconds: nil, version: nil)
            .finding(folder: "/z", hasZones: false, now: Instant(secondsSinceEpoch: 0))
        #expect(none.verdict == .wrong && none.next?.contains("install the package tzdata") == true)
    }
}

@Suite struct `The finding about the callback URL` {
    private static let ours = #"{"endpoint": "169ca0abada49e22"}"#

    @Test(arguments: [
        ("https://b.example.com/x", DoctorFinding.Verdict.ok, "answers at"),
        ("http://b.example.com", .warning, "without TLS"), ("http://10.0.0.1:8081", .warning, "without TLS"),
        ("http://127.0.0.1:8081", .warning, "only this machine"), ("http://[::1]:8081/", .warning, "only this machine"),
        ("https://LOCALHOST/", .warning, "only this machine"), ("https://127.example.com:1/", .ok, "answers at"),
    ])
    func `knows the endpoint by its answer, and judges its address`(
        url: String, verdict: DoctorFinding.Verdict, text: String
    ) throws {
        let finding = CallbackAddress(url).finding(status: 200, body: try JSONValue(parsing: Array(Self.ours.utf8)))
        #expect(finding.verdict == verdict && finding.found.contains(text), "\(finding)")
    }

    @Test(arguments: [
        (404, #"{"code": "not_found", "request_id": "a"}"#, "another of Belfry's interfaces"),
        (401, #"{"code": "unauthorized", "request_id": "a"}"#, "another of Belfry's interfaces"),
        (405, #"{"code": "method_not_allowed"}"#, "is another server: it answers 405"),
        (404, #"{"endpoint": "a"}"#, "is another server: it answers 404"),
        (200, "<html>", "is another server: it answers 200"), (200, "{}", "is another server: it answers 200"),
        (308, "", "redirects (308)"),
        (502, "", "a proxy at https://b.example.com answers 502"),
    ])
    func `is wrong about an answer of anything else`(status: Int, body: String, text: String) {
        let finding = CallbackAddress("https://b.example.com")
            .finding(status: status, body: try? JSONValue(parsing: Array(body.utf8)))
        #expect(finding.verdict == .wrong && finding.found.contains(text) && finding.next != nil, "\(finding)")
    }

    @Test func `asks below the path of the URL`() {
        #expect(CallbackAddress("https://a/b").probeURL == "https://a/b/callback")
        #expect(CallbackAddress("https://a/b/").probeURL == "https://a/b/callback")
    }
}

@Suite struct `The finding about the store` {
    private func finding(
        schema: Int = 10, free: Int64 = 5_000_000_000, writeFault: String? = nil
    ) -> DoctorFinding {
        .store(
            StoreInspection(
                schemaVersion: schema, knownSchemaVersion: 10, bytes: 4_000, freeBytes: free, jobCount: 1,
                executionCount: 2, openExecutionCount: 0, newestOccurrence: Instant(secondsSinceEpoch: 1_000),
                damage: nil), writeFault: writeFault, place: "sqlite:x", now: Instant(secondsSinceEpoch: 1_300))
    }

    @Test func `has the schema, the sizes and the age`() {
        #expect(finding().verdict == .ok)
        #expect(finding().found == "sqlite:x, schema 10, 4 kB, 5 GB free, newest occurrence 5m ago")
    }

    @Test func `warns of an older schema and of little space, and is wrong about what daemons can't use`() {
        #expect(finding(schema: 9).verdict == .warning)
        #expect(finding(free: 999_999_999).verdict == .warning)
        #expect(finding(schema: 11).verdict == .wrong)
        #expect(finding(writeFault: "x can't be written").verdict == .wrong)
    }

    @Test func `names the variable when there is no store`() {
        let missing = DoctorFinding.store(.unavailable("x can't be opened"), isThere: false)
        #expect(missing.verdict == .wrong && missing.next?.hasPrefix("correct BELFRY_STORE_URL, or start") == true)
        #expect(DoctorFinding.store(.unusable("x"), isThere: true).next?.contains("restore") == true)
    }
}

@Suite struct `The findings about the topology and the stages` {
    private static let missing = TopologyFault(
        .queueMissing, "queue belfry.a", expected: "x", found: TopologyFault.nothing, repair: "belfry topology apply")

    @Test func `name the first fault, its repair, and how many there are`() {
        let finding = DoctorFinding.topology([Self.missing, Self.missing, Self.missing], unchecked: [])
        #expect(finding.verdict == .wrong && finding.found == "queue belfry.a is missing and 2 more")
        #expect(finding.next == "belfry topology apply; belfry topology check shows all")
        #expect(DoctorFinding.topology([], unchecked: []).found == "complete")
        #expect(DoctorFinding.topology([], unchecked: ["users"]).found.contains("BELFRY_MANAGEMENT_URL"))
    }

    @Test(arguments: [
        (#"{"stages": [{"stage": "a", "state": "ok"}], "problems": []}"#, DoctorFinding.Verdict.ok, "1 stages"),
        (
            #"{"stages": [{"stage": "a", "state": "ok"}], "problems": [{"message": "M.", "hint": "H."}, {}]}"#,
            .warning, "M. and 1 more"
        ),
        (#"{"stages": [{"stage": "a", "state": "down"}], "problems": [{"message": "M."}]}"#, .wrong, "M."),
        ("{}", .wrong, "no status"),
    ])
    func `are wrong if a stage is down`(text: String, verdict: DoctorFinding.Verdict, found: String) throws {
        let finding = DoctorFinding.status(try JSONValue(parsing: Array(text.utf8)), url: "http://a")
        #expect(finding.verdict == verdict && finding.found.contains(found), "\(finding)")
    }
}
