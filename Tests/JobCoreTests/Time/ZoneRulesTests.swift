import Testing

@testable import JobCore

@Suite struct `The rules of a time zone` {
    private static func at(_ text: String) throws -> Int64 { try #require(Instant(rfc3339: text)).secondsSinceEpoch }

    private static func newYork() throws -> ZoneRules {
        // Its file lists no more than the change of 2007; the rule in its footer has all others.
        ZoneRules(
            initialOffset: -18_000, changes: [.init(at: try at("2007-11-04T06:00:00Z"), offset: -18_000)],
            rule: YearlyRule("EST5EDT,M3.2.0,M11.1.0"))
    }

    @Test(
        arguments: [
            ("2008-03-09T06:59:59Z", -18_000), ("2008-03-09T07:00:00Z", -14_400), ("2199-07-01T00:00:00Z", -14_400),
            ("2599-11-03T05:59:59Z", -14_400), ("2599-11-03T06:00:00Z", -18_000), ("2600-07-01T00:00:00Z", -14_400),
            ("3408-03-13T06:59:59Z", -18_000), ("3408-03-13T07:00:00Z", -14_400), ("9999-12-31T00:00:00Z", -18_000),
        ] as [(String, Int64)])
    func `go on behind the listed changes for ever`(instant: String, offset: Int64) throws {
        #expect(try Self.newYork().offset(at: Self.at(instant)) == offset)
    }

    @Test func `give the next change in any century`() throws {
        for (after, next) in [
            ("2599-11-03T06:00:00Z", "2600-03-09T07:00:00Z"), ("3408-03-13T06:59:59Z", "3408-03-13T07:00:00Z"),
        ] {
            #expect(try Self.newYork().nextChange(after: Self.at(after)) == Self.at(next))
        }
    }

    @Test func `that are replaced stay as they were before that instant`() throws {
        let old = try Self.newYork()
        let new = ZoneRules(initialOffset: -14_400, changes: [], rule: nil)
        let from = try Self.at("2026-01-15T12:00:00Z")
        let rules = old.replaced(by: new, from: from)
        #expect(rules.nextChange(after: try Self.at("2025-07-01T00:00:00Z")) == (try Self.at("2025-11-02T06:00:00Z")))
        #expect(rules.nextChange(after: try Self.at("2025-11-02T06:00:00Z")) == from)
        #expect(rules.offset(at: from - 1) == -18_000 && rules.offset(at: from) == -14_400)
        #expect(rules.nextChange(after: from) == nil)
        let again = rules.replaced(by: old, from: from)
        #expect(again == old, "replaced in the same minute")
    }

    @Test func `compare equal if they are, and with the same hash`() throws {
        #expect(try Self.newYork() == Self.newYork() && Self.newYork().hashValue == Self.newYork().hashValue)
        #expect(try Self.newYork() != ZoneRules(initialOffset: -18_000, changes: [], rule: nil))
    }
}
