import JobCore
import Messaging
import Testing

/// Guarantee: a due event that reaches a dispatcher is about the jobs that its ticker meant, or it is a dead letter.
@Suite struct `A due event as JSON` {
    private static let id = "0a0b0000-0000-4000-8000-00000000000f"
    private static let times = #""occurrence_ms":5,"ticked_at_ms":6"#

    private static func due(_ range: JobRange, isBulk: Bool = false) -> ScheduleDue {
        let at = Instant(secondsSinceEpoch: 1_000)
        return ScheduleDue(
            schedule: ScheduleKey("rate(1 minute)"), occurrence: at, tickedAt: at, range: range, isBulk: isBulk)
    }

    @Test(arguments: [false, true]) func `is read as it was written, and leaves out what is open or false`(isBulk: Bool)
        throws
    {
        let (first, last) = (JobRange.Key(service: "a", slot: 0), JobRange.Key(JobName(service: "b", job: "j")))
        for (from, to) in [(nil, nil), (first, nil), (nil, last), (first, last), (last, last)]
            as [(
                JobRange.Key?, JobRange.Key?
            )]
        {
            let due = Self.due(JobRange(from: from, to: to), isBulk: isBulk)
            #expect(try MessageCoder.decode(ScheduleDue.self, from: due.body) == due)
            let text = String(decoding: due.body, as: UTF8.self)
            #expect(text.contains("from_service") == (from != nil) && text.contains("to_service") == (to != nil))
            #expect(text.contains("bulk") == isBulk)
        }
    }

    @Test func `goes to the queue of its kind`() throws {
        #expect(Self.due(.all).routingKey == "schedule.due")
        #expect(Self.due(.all, isBulk: true).routingKey == "schedule.due.bulk")
        var rest = Self.due(.all)
        rest.mayHaveBeenHandled = true
        #expect(try MessageCoder.decode(ScheduleDue.self, from: rest.body) == rest)
    }

    private static let impossible = [
        #""from_service":"a""#, #""to_id":"\#(id)""#, #""from_service":"a","from_id":null"#,
        #""from_service":"a","from_id":7"#, #""from_service":"a","from_id":"0a0b""#,
        #""from_service":"","from_id":"\#(id)""#, #""to_service":"a b","to_id":"\#(id)""#,
        #""to_service":"é","to_id":"\#(id)""#, #""to_service":"a b","to_id":"\#(id)""#,
        #""to_service":"\#(String(repeating: "x", count: 129))","to_id":"\#(id)""#,
        #""from_service":"b","from_id":"\#(id)","to_service":"a","to_id":"\#(id)""#,
        #""from_service":"a","from_id":"\#(id)","to_service":"a","to_id":"0a0b0000-0000-4000-8000-00000000000e""#,
        #""bulk":1"#, #""may_have_been_handled":"no""#,
    ]

    @Test(arguments: impossible) func `with an impossible range is unreadable`(fields: String) throws {
        let schedule = String(decoding: try MessageCoder.encode(ScheduleKey("rate(1 minute)")), as: UTF8.self)
        func read(_ fields: String) throws -> ScheduleDue {
            let text = "{\"schedule\":\(schedule),\(Self.times)\(fields)}"
            return try MessageCoder.decode(ScheduleDue.self, from: Array(text.utf8))
        }
        #expect(try read("").range == .all)
        #expect(throws: UnreadableMessage.self) { try read("," + fields) }
    }
}
