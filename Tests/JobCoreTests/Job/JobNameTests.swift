import Foundation
import JobCore
import Testing

@Suite struct `A job's name` {
    /// Computed with another implementation: uuid5(NAMESPACE_URL, "the-service--nonexclusive-job-88").
    @Test func `leads to the ancestor's guid`() {
        let name = JobName(service: "the-service", job: "nonexclusive-job-88")
        #expect(name.id.description == "5fcf82bd-948f-5481-9e66-d16ef714b60a")
        #expect("\(name)" == "the-service/nonexclusive-job-88")
    }

    @Test(arguments: ["a", "A9", "my-job-1", "a_b.c", ".", "_", String(repeating: "n", count: 128)])
    func `may be plain`(name: String) {
        #expect(JobName.fault(in: name) == nil)
    }

    @Test(arguments: [
        "", "a b", "a/b", "a%2Fb", "a\n", "ä", "a\u{0}", "a--b", "-a", "a-", "-", "--", "a:b", "a@b",
        String(repeating: "n", count: 129),
    ])
    func `may not be ambiguous or unsafe in a URL, a header or a log line`(name: String) {
        #expect(JobName.fault(in: name) != nil)
    }

    @Test func `of good parts never shares its guid with another`() {
        let parts = ["a", "b", "a-b", "b-a", "a.b", "A"].filter { JobName.fault(in: $0) == nil }
        let ids = parts.flatMap { service in parts.map { JobName(service: service, job: $0).id } }
        #expect(Set(ids).count == parts.count * parts.count)
    }
}

@Suite struct `An identifier` {
    private struct Subject {}
    private static let text = "0807ea34-e1e0-41d3-b570-1c889a90aff1"

    @Test(arguments: [text, text.uppercased()]) func `is written in lower case, however it was read`(text: String) {
        #expect(Identifier<Subject>(text: text)?.description == Self.text)
    }

    @Test(arguments: [
        "", "0807ea34", "0807ea34e1e041d3b5701c889a90aff1", "{0807ea34-e1e0-41d3-b570-1c889a90aff1}",
        "0807ea34-e1e0-41d3-b570-1c889a90aff", "0807ea34-e1e0-41d3-b570-1c889a90aff11",
        "0807ea34-e1e0-41d3-b570-1c889a90affg", " 0807ea34-e1e0-41d3-b570-1c889a90aff",
        "0807ea34-e1e0-41d3-b570_1c889a90aff1",
    ])
    func `is a UUID of 36 characters and nothing else`(text: String) {
        #expect(Identifier<Subject>(text: text) == nil)
    }

    @Test func `agrees with the system on every digit`() {
        for _ in 0..<100 {
            let id = Identifier<Subject>.random()
            #expect(id.description == id.uuid.uuidString.lowercased())
            #expect(Identifier<Subject>(text: id.description) == id)
        }
    }

    @Test func `is a string in JSON`() throws {
        let id = try #require(Identifier<Subject>(text: Self.text))
        #expect(try String(decoding: JSONEncoder().encode([id]), as: UTF8.self) == #"["\#(Self.text)"]"#)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([Identifier<Subject>].self, from: Data(#"["no"]"#.utf8))
        }
    }
}
