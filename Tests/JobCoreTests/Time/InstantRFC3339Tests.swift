import Testing

@testable import JobCore

@Suite struct `Instants as RFC 3339 text` {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (1_767_323_045_000, "2026-01-02T03:04:05Z"),
            (1_767_323_045_120, "2026-01-02T03:04:05.120Z"), (1_767_323_045_007, "2026-01-02T03:04:05.007Z"),
            (-1, "1969-12-31T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00Z"),
            (-2_203_891_200_000, "1900-03-01T00:00:00Z"), (-62_167_219_200_000, "0000-01-01T00:00:00Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func `an instant is written as RFC 3339 in UTC and read back unchanged`(milliseconds: Int64, text: String) {
        let instant = Instant(millisecondsSinceEpoch: milliseconds)
        #expect(instant.rfc3339 == text)
        #expect(Instant(rfc3339: text) == instant)
    }

    @Test(arguments: [
        ("America/New_York", "2026-01-01T22:04:05.120-05:00"), ("Asia/Kolkata", "2026-01-02T08:34:05.120+05:30"),
        ("UTC", "2026-01-02T03:04:05.120+00:00"), ("Mars/Olympus", nil),
    ])
    func `an instant in a time zone is written with the zone's offset`(zone: String, text: String?) throws {
        let instant = Instant(millisecondsSinceEpoch: 1_767_323_045_120)
        #expect(instant.rfc3339(in: zone) == text)
        if let text { #expect(Instant(rfc3339: text) == instant) }
    }

    @Test func `an instant is read back unchanged even if the zone's offset has seconds`() throws {
        let instant = Instant(secondsSinceEpoch: 3_600)
        let text = try #require(instant.rfc3339(in: "Africa/Monrovia"))
        #expect(Instant(rfc3339: text) == instant)
    }

    @Test(
        arguments: [
            ("2026-01-02T03:04:05.1Z", 100), ("2026-01-02T03:04:05.123456789Z", 123), ("2026-01-02t03:04:05z", 0),
            ("2026-01-02T04:34:05+01:30", 0), ("2026-01-01T23:04:05-04:00", 0),
        ] as [(String, Int64)])
    func `an instant is read from text with any fraction and any offset`(text: String, milliseconds: Int64) {
        #expect(Instant(rfc3339: text)?.millisecondsSinceEpoch == 1_767_323_045_000 + milliseconds)
    }

    @Test(arguments: [
        "", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02T03:04Z", "2026-01-02 03:04:05Z", "2026-1-02T03:04:05Z",
        "2026-02-30T03:04:05Z", "2026-13-01T03:04:05Z", "2026-01-02T24:00:00Z", "2026-01-02T03:60:05Z",
        "2026-01-02T03:04:60Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05+0100", "2026-01-02T03:04:05+24:00",
        "2026-01-02T03:04:05+01:60", "2026-01-02T03:04:05Z ", " 2026-01-02T03:04:05Z", "+2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05ZZ", "2026-01-02T03:04:05,5Z", "２026-01-02T03:04:05Z", "2026-01-02T03:04:05+01",
        "2026-01-02T03:04:05.\(String(repeating: "1", count: 1_000))Z",
    ])
    func `an instant is not read from text that is not exactly RFC 3339`(text: String) {
        #expect(Instant(rfc3339: text) == nil)
    }

    @Test func `the first and the last instants that 64 bits hold are written as text`() {
        for milliseconds in [Int64.min, .min + 1, .max] {
            let instant = Instant(millisecondsSinceEpoch: milliseconds)
            #expect(!instant.rfc3339.isEmpty)
            #expect(instant.rfc3339(in: "America/New_York") != nil)
        }
    }
}
