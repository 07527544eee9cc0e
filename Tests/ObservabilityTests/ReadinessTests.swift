import Hummingbird
import Testing

@testable import Observability

@Suite struct `The answer of readyz` {
    @Test(arguments: [([], 200, nil), (["no broker"], 503, "2"), (["no broker", "no disk"], 503, "2")])
    func `is 503 while the process can't do its work, and says when to ask again`(
        faults: [String], status: Int, retryAfter: String?
    ) {
        let answer = HealthServer.readiness(faults)
        #expect(answer.status.code == status && answer.headers[.retryAfter] == retryAfter)
        #expect(answer.headers[.contentType] == "text/plain")
    }
}
