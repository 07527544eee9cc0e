import JobCore
import Testing

@Suite struct `A report's id` {
    /// Test vectors of the FNV authors for the 64 bit FNV-1a hash.
    @Test(
        arguments: [
            ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
        ] as [(String, UInt64)])
    func `a report's id is the same in every process and release`(messageID: String, hash: UInt64) {
        #expect(ReportID(messageID: messageID).rawValue == Int64(bitPattern: hash))
    }
}

@Suite struct `An execution's id` {
    private let job = JobName(service: "the-service", job: "exclusive-job-1").id

    /// Computed with another implementation of UUIDv5: uuid5(job, "schedule:1704067200000").
    @Test func `an execution's id is computed from job and occurrence, the same in every release`() {
        let id = Execution.id(of: job, at: Instant(millisecondsSinceEpoch: 1_704_067_200_000))
        #expect(id.description == "9f096b8f-c445-5314-a338-c048b7a9139e")
    }

    @Test func `an execution's id differs between occurrences and between jobs`() {
        let other = JobName(service: "the-service", job: "exclusive-job-2").id
        let instants = (0..<50).map { Instant(millisecondsSinceEpoch: $0) }
        let ids = [job, other].flatMap { job in instants.map { Execution.id(of: job, at: $0) } }
        #expect(Set(ids).count == ids.count)
    }
}
