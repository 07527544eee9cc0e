import Testing

@testable import HTTPServer

@Suite struct `The requests of a connection` {
    @Test func `go from its first byte to its answer`() {
        var requests = RequestCount()
        #expect(requests.phase == .idle)
        let begins = [requests.beginHead(), requests.beginHead()]
        #expect(begins == [true, false] && requests.phase == .head, "a head begins once")
        requests.endHead()
        #expect(requests.phase == .body && requests.isAnswerEarly)
        requests.endBody()
        #expect(requests.phase == .work && !requests.isAnswerEarly)
        let beginsAtWork = requests.beginHead()
        #expect(!beginsAtWork, "the next request waits its turn")
        requests.endAnswer()
        #expect(requests.phase == .idle)
    }

    @Test func `may come before the answer to the one before`() {
        var requests = RequestCount()
        for _ in 0..<2 {
            requests.endHead()
            requests.endBody()
        }
        #expect(requests.phase == .work && !requests.isAnswerEarly)
        requests.endAnswer()
        #expect(requests.phase == .work && !requests.isAnswerEarly)
        requests.endHead()
        #expect(requests.phase == .body && !requests.isAnswerEarly, "the answer that comes next is to the second one")
        requests.endAnswer()
        #expect(requests.phase == .body && requests.isAnswerEarly)
    }
}
