import Commands
import HTTPClient
import JSON
import JobCore

/// Makes the changes of a plan by way of the API.
struct JobApplication {
    let client: APIClient
    /// Whether the target of each job that is put is tested first.
    let verifies: Bool

    private static let path = "/jobs:batch"

    /// Makes the changes, in batches that are made as a whole or not at all. Throws ``Refused``, which says what was
    /// made and what was not, if any of them was not.
    func carryOut(_ plan: inout JobPlan) async throws {
        do {
            try await plan.carryOut(plan.batches(eachPut: verifies)) { changes in
                if verifies, let change = changes.first, change.action != .delete {
                    try await put(change)
                } else {
                    try await change(changes)
                }
            }
        } catch let error as Refused {
            throw Refused(lines: error.lines + plan.report)
        }
        guard !plan.hasRefusals else { throw Refused(lines: plan.report) }
    }

    private func change(_ changes: [JobChange]) async throws {
        let request = JobBatchRequest(changes)
        let answer = try await client.send("POST", Self.path, body: request.body)
        guard !(200..<300).contains(answer.status) else { return }
        throw APIClient.refusal(answer, Self.path) { pointer in
            request.job(at: pointer).map { "\($0.name)" + ($0.rest.isEmpty ? "" : ": \($0.rest)") } ?? pointer
        }
    }

    private func put(_ change: JobChange) async throws {
        let condition =
            change.etag.map { ClientRequest.Header(name: "If-Match", value: "\"\($0)\"") }
            ?? ClientRequest.Header(name: "If-None-Match", value: "*")
        let answer = try await client.send(
            "PUT", change.name.path + "?verify=true", body: change.document, headers: [condition])
        guard !(200..<300).contains(answer.status) else { return }
        let refusal = APIClient.refusal(answer, change.name.path)
        // Any other failure concerns the other jobs, too.
        guard [409, 412, 422].contains(answer.status) || Self.isNotTested(answer) else { throw refusal }
        throw RefusedChange(lines: refusal.lines)
    }

    /// Whether the target of this job could not be tested. Those of other jobs may be of another kind.
    private static func isNotTested(_ answer: APIClient.Answer) -> Bool {
        answer.body["errors"]?.array?.contains { $0["code"]?.string == FieldError.Code.notTested.rawValue } == true
    }
}
