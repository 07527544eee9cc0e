import Testing

@testable import HTTPServer

@Suite struct `The requests of a connection` {
    private func completed(_ count: Int) -> RequestCount {
        var requests = RequestCount()
        for _ in 0..<count {
            requests.endHead()
            requests.endBody()
        }
        return requests
    }

    @Test func `go from the first byte to the answer`() {
        var requests = RequestCount()
        #expect(requests.phase == .idle)
        requests.receiveBytes()
        #expect(requests.phase == .head)
        requests.endHead()
        requests.receiveBytes()
        #expect(requests.phase == .body && !requests.isAnswering)
        requests.endBody()
        #expect(requests.phase == .work)
        let closes = requests.beginAnswer()
        #expect(!closes && requests.isAnswering && requests.phase == .work)
        _ = requests.endAnswer()
        #expect(requests.phase == .idle && !requests.isAnswering)
    }

    @Test func `may come before the answer to the one before, and wait for nothing while that is at work`() {
        var requests = completed(1)
        requests.receiveBytes()
        requests.endHead()
        #expect(requests.phase == .work, "a body that is not read yet is not its client's fault")
        _ = requests.beginAnswer()
        _ = requests.endAnswer()
        #expect(requests.phase == .body)
        requests.endBody()
        requests.receiveBytes()
        _ = requests.beginAnswer()
        _ = requests.endAnswer()
        #expect(requests.phase == .head, "bytes of the next head came meanwhile")
    }

    @Test func `are answered early when their body has not ended, also while an earlier answer is not taken`() {
        var requests = completed(1)
        requests.endHead()
        let first = requests.beginAnswer()
        let second = requests.beginAnswer()
        #expect(!first && second && requests.isAnswering)
        _ = requests.endAnswer()
        #expect(requests.isAnswering)
        _ = requests.endAnswer()
        #expect(!requests.isAnswering)
    }

    @Test func `end with the one that the client calls the last`() {
        var requests = completed(1)
        requests.markNextAsLast()
        requests.endHead()
        #expect(!requests.isOver)
        requests.endBody()
        #expect(requests.isOver, "what comes now belongs to no request")
        let closes = [requests.beginAnswer(), requests.beginAnswer()]
        #expect(closes == [false, true])
    }

    @Test func `give back the bytes of each body with its own answer`() {
        var requests = RequestCount()
        for bytes in [[3, 4], [], [5]] {
            requests.endHead()
            for count in bytes { requests.receiveBody(count) }
            requests.endBody()
        }
        let released = (0..<4).map { _ in requests.endAnswer() }
        #expect(released == [7, 0, 5, 0])
    }
}
