import Foundation
import JobCore
import Testing

@Suite struct `Job names` {
    /// Computed with another implementation of UUIDv5: uuid5(NAMESPACE_URL, "the-service--nonexclusive-job-88").
    @Test func `a job name has the same guid as in the predecessor`() {
        let name = JobName(service: "the-service", job: "nonexclusive-job-88")
        #expect(name.id.description == "5fcf82bd-948f-5481-9e66-d16ef714b60a")
        #expect("\(name)" == "the-service/nonexclusive-job-88")
    }

    @Test(arguments: [
        "a", "A9", "my-job-1", "a_b.c", "...", ".a", "a.", "_", "a--b", "-a", "a-", "--",
        String(repeating: "n", count: 128),
    ])
    func `a job name of plain characters is accepted`(name: String) {
        #expect(JobName.fault(in: name) == nil)
    }

    @Test(arguments: [
        "", "a b", "a/b", "a%2Fb", "a\n", "ä", "a\u{0}", ".", "..", "a:b", "a@b",
        String(repeating: "n", count: 129),
    ])
    func `a job name that is unsafe in a URL, a header or a log line, is refused`(name: String) {
        #expect(JobName.fault(in: name) != nil)
    }

    @Test func `two valid job names never share a guid`() {
        let letters: [String] = ["a", "-"]
        var parts: [String] = letters
        for _ in 1...3 { parts += parts.flatMap { part in letters.map { part + $0 } } }
        let names = Set(parts + ["a.b", "A"])
        #expect(names.allSatisfy { JobName.fault(in: $0) == nil } && names.count == 32)
        let ids = names.flatMap { service in names.map { JobName(service: service, job: $0).id } }
        #expect(Set(ids).count == ids.count)
    }
}
