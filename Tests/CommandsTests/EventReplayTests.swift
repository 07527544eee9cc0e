import Commands
import JobCore
import Messaging
import Testing

@Suite struct `The choice of archived events` {
    private static func event(_ body: String, timestamp: String? = nil) -> InboundMessage {
        var message = InboundMessage(
            tag: MessageTag(epoch: 1, number: 1), exchange: "belfry.events", routingKey: "k", body: Array(body.utf8))
        message.properties["timestamp"] = timestamp
        return message
    }

    private static let finished = """
        {"schema":"belfry.event/1","id":"e","type":"execution.finished","occurred_at":"2026-03-01T10:00:00.500Z",
        "execution":{"service_name":"billing","job_name":"nightly","status":"fail","reason":"ttl","trigger":"schedule"}}
        """
    private static let changed = """
        {"type":"job.changed","occurred_at":"2026-03-01T10:00:00Z","job":{"service_name":"billing","job_name":"hourly"}}
        """

    private func verdict(
        _ message: InboundMessage, since: String? = nil, until: String? = nil, _ filters: String...
    ) -> ReplaySelection.Verdict {
        ReplaySelection(
            since: since.flatMap { Instant(rfc3339: $0) }, until: until.flatMap { Instant(rfc3339: $0) },
            filters: filters.compactMap(EventFilter.init)
        ).verdict(on: message)
    }

    @Test(arguments: [
        (["service=billing"], true), (["service=Billing"], false), (["job=nightly", "status=fail"], true),
        (["job=nightly", "status=success"], false), (["status=success", "status=fail"], true),
        (["type=execution.finished"], true), (["type=job.changed"], false), (["reason=ttl"], true),
        (["trigger=schedule", "trigger=manual"], true), (["trigger=manual"], false),
    ])
    func `goes by one of the values of each key`(filters: [String], isReplayed: Bool) {
        let selection = ReplaySelection(since: nil, until: nil, filters: filters.compactMap(EventFilter.init))
        #expect(selection.filters.count == filters.count)
        #expect(selection.verdict(on: Self.event(Self.finished)) == (isReplayed ? .replay : .other))
    }

    @Test func `reads the names of a job's event`() {
        #expect(verdict(Self.event(Self.changed), "job=hourly") == .replay)
        #expect(verdict(Self.event(Self.changed), "status=fail") == .other)
    }

    @Test(
        arguments: [
            ("2026-03-01T10:00:00.500Z", nil, true), ("2026-03-01T10:00:00.501Z", nil, false),
            (nil, "2026-03-01T10:00:00.500Z", false), (nil, "2026-03-01T10:00:00.501Z", true),
            ("2026-03-01T11:00:00.500+01:00", "2026-03-01T10:00:01Z", true),
        ] as [(String?, String?, Bool)])
    func `goes by when the event occurred, to the millisecond`(since: String?, until: String?, isReplayed: Bool) {
        #expect(verdict(Self.event(Self.finished), since: since, until: until) == (isReplayed ? .replay : .other))
    }

    @Test func `takes the message's timestamp for an event that says no time`() {
        let message = Self.event(#"{"type":"x"}"#, timestamp: "1000")
        #expect(verdict(message, since: "1970-01-01T00:16:40Z") == .replay)
        #expect(verdict(message, since: "1970-01-01T00:16:41Z") == .other)
        #expect(verdict(Self.event(#"{"type":"x"}"#)) == .replay)
        let timeless = verdict(
            Self.event(#"{"type":"x"}"#, timestamp: "9223372036854775807"), since: "1970-01-01T00:00:00Z")
        #expect(timeless == .unreadable("the event has no time"))
    }

    @Test(arguments: ["", "{", "[]", "null", #"{"type":1}"#, "{}", "\u{0}", #"{"type":"a","type":"b"}"#])
    func `can't read what is no event`(body: String) {
        guard case .unreadable(let reason) = verdict(Self.event(body)) else {
            Issue.record("it was read")
            return
        }
        #expect(reason.hasPrefix("no event: "))
    }

    @Test func `can't read a body that is not UTF-8, nor one that is too large`() {
        var message = Self.event("x")
        message.body = [0xFF, 0xFE]
        #expect(verdict(message) != .replay && verdict(message) != .other)
        message.unreadBodyBytes = 5_000_000
        #expect(verdict(message) == .unreadable("the body has 5000000 bytes, which is too large"))
    }

    @Test(arguments: ["", "service", "service=", "=a", "name=a", "Service=a"])
    func `takes no other filter`(text: String) {
        #expect(EventFilter(text) == nil)
    }
}

@Suite struct `The pace of a replay` {
    @Test(arguments: [(1, 1, 60), (3, 1, 180), (100, 25, 500), (100_000, 500, 500)])
    func `has small windows when it is slow`(rate: Int, window: Int, prefetch: Int) {
        let pace = ReplayPace(perSecond: rate)
        #expect(pace.windowMax == window && pace.prefetch == prefetch)
    }

    /// Windows of 20 events at 10 in a second, asked for at these milliseconds.
    @Test(arguments: [
        ([0, 0, 0], [0, 2_000, 4_000]), ([0, 500, 2_000], [0, 1_500, 2_000]), ([0, 2_000, 4_000], [0, 0, 0]),
        // After a pause the next windows still have their distance.
        ([0, 600_000, 600_000, 600_000], [0, 0, 2_000, 4_000]),
    ])
    func `waits until the window before has had its time`(asked: [Int], waits: [Int]) {
        let start = ContinuousClock.now
        var (pace, free) = (ReplayPace(perSecond: 10), ReplayPace(perSecond: nil))
        let answers = asked.map { pace.wait(beforePublishing: 20, at: start + .milliseconds($0)) }
        #expect(answers == waits.map { .milliseconds($0) })
        #expect(asked.allSatisfy { free.wait(beforePublishing: 1_000_000, at: start + .milliseconds($0)) == .zero })
    }
}

@Suite struct `The position of a replay` {
    private let request = ReplayPosition.Request(
        archive: "/ belfry.fork.archive", since: "1h", until: nil, fromOffset: nil, filters: ["service=a"],
        destination: "queue:q")

    private func position(last: Int64?) -> ReplayPosition {
        var position = ReplayPosition(
            request, since: Instant(secondsSinceEpoch: 1), until: nil, endOffset: 100)
        (position.lastOffset, position.lastID, position.replayedCount) = (last, "id", 7)
        return position
    }

    @Test func `is read as it was written`() throws {
        let written = position(last: 40)
        #expect(try ReplayPosition.read(written.bytes(), file: "f", for: request) == written)
    }

    @Test func `is refused for another request, and when it is damaged`() throws {
        let bytes = try position(last: 40).bytes()
        var other = request
        other.filters = []
        #expect(throws: FileFault.self) { try ReplayPosition.read(bytes, file: "f", for: other) }
        #expect(throws: FileFault.self) { try ReplayPosition.read([], file: "f", for: request) }
        #expect(throws: FileFault.self) { try ReplayPosition.read(Array(bytes.dropLast()), file: "f", for: request) }
        for last in [101, -1] as [Int64] {
            let forged = try position(last: last).bytes()
            #expect(throws: FileFault.self) { try ReplayPosition.read(forged, file: "f", for: request) }
        }
    }

    @Test func `belongs to an archive that reaches to it and has the same event there`() {
        let position = position(last: 40)
        #expect(position.fault(inArchive: 50...60) == nil && position.fault(inArchive: 0...40) == nil)
        #expect(position.fault(inArchive: 0...39) != nil && position.fault(inArchive: nil) != nil)
        #expect(self.position(last: nil).fault(inArchive: nil) == nil)
        #expect(position.isLast(offset: 40, id: "id") == (true, true))
        #expect(position.isLast(offset: 40, id: "other") == (true, false))
        #expect(position.isLast(offset: 41, id: "other") == (false, true))
    }

    @Test(
        arguments: [
            (nil, 0, nil, nil), (nil, 3, 0...2, 2), (40, 41, nil, 40), (40, 40, nil, 40), (40, 43, 41...42, 42),
            // What came after the start of the replay is not missed.
            (40, 500, 41...100, 100), (100, 500, nil, 100),
        ] as [(Int64?, Int64, ClosedRange<Int64>?, Int64?)])
    func `passes what the archive has removed, and counts it`(
        last: Int64?, offset: Int64, removed: ClosedRange<Int64>?, newLast: Int64?
    ) {
        var position = position(last: last)
        #expect(position.pass(to: offset, from: 0) == removed)
        #expect(position.lastOffset == newLast && position.removedCount == Int64(removed?.count ?? 0))
        #expect(position.lastID == (removed == nil ? "id" : nil))
    }
}

@Suite struct `A number of bytes on the command line` {
    @Test(
        arguments: [
            ("1B", 1), ("500MB", 500_000_000), ("10GB", 10_000_000_000), ("2GiB", 2_147_483_648), ("1kB", 1_000),
            ("1KiB", 1_024), ("1TB", 1_000_000_000_000),
        ] as [(String, Int64)])
    func `has a unit`(text: String, bytes: Int64) {
        #expect(ByteCountText.bytes(of: text, in: 1...1_000_000_000_000) == bytes)
    }

    @Test(arguments: ["", "1", "GB", "-1GB", "1.5GB", "1 GB", "0B", "2TB", "9999999999999999GB", "999999999999999TB"])
    func `is refused in any other form, and out of its range`(text: String) {
        #expect(ByteCountText.bytes(of: text, in: 1...1_000_000_000_000) == nil)
    }

    @Test func `is shown in its largest unit`() {
        let texts = [999, 1_000, 1_500_000, 10_000_000_000].map { ByteCountText.text(of: $0) }
        #expect(texts == ["999 B", "1 kB", "1.5 MB", "10 GB"])
    }
}
