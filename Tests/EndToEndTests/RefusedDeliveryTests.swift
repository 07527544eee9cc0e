import JSON
import TestServers
import Testing

extension EndToEnd {
    /// Guarantee: a delivery that is refused for good is a dead letter, and its replay runs as a linked retry.
    @Suite struct RefusedDeliveryTests {
        @Test
        func `a refused delivery is a dead letter, and its replay runs as one retry, also if it is replayed twice`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let fields: [String: JSONValue] = [
                "invocation_target": .string("\(service.url)/status/404"), "schedule": EndToEnd.never,
            ]
            try await belfry.put("refused-once", fields)
            let id = try await EndToEnd.run("refused-once", payload: "of this run")
            let failed = try await EndToEnd.ended(id)
            #expect(failed["status"]?.string == "fail" && failed["reason"]?.string == "invocation")
            let letter = try await Self.letter(of: id, in: belfry)
            let letterID = try #require(letter["id"]?.string)
            #expect(letter["message_id"]?.string == "\(id)/1" && letter["reason"]?.string == "refused")
            #expect(letter["attempts"]?.integer == 1 && letter["error"]?.string?.hasPrefix("status 404") == true)
            #expect(letter["origin"]?["queue"]?.string == "courier.deliveries")
            #expect(!(try belfry.log("courierd.1").contains("dead letter reason=refused")))

            try await belfry.put(
                "refused-once", fields.merging(["invocation_target": .string("\(service.url)/succeed")]) { $1 })
            let path = "\(belfry.home)/refused-once.jsonl"
            let exported = try await belfry.belfry(["dead", "export", "--job", "refused-once", "--output", path])
            #expect(exported.status == 0 && exported.errors == "exported 1 dead letter\n", "\(exported)")
            let replayed = try await belfry.belfry(["dead", "replay", letterID])
            #expect(replayed.status == 0, "\(replayed)")
            let retry = try await until("the retry is on record") {
                try await belfry.executions(of: "refused-once").first { $0["retry_of"]?.string == id }
            }
            let retryID = try #require(retry["execution_id"]?.string)
            let ended = try await EndToEnd.ended(retryID)
            #expect(ended["status"]?.string == "success" && ended["trigger"]?.string == "retry")
            // The letter has left its queue, and the file still has it with the same count.
            let again = try await belfry.belfry(["dead", "replay", "--from", path])
            #expect(again.status == 0, "\(again)")
            let line = "a replayed delivery was replayed before"
            _ = try await until("the second replay is recognised") {
                try belfry.log("dispatcherd.1").contains(line) ? true : nil
            }
            try await EndToEnd.untilQueuesAreEmpty()
            let webhooks = service.webhooks.filter { $0.job == "refused-once" }
            #expect(webhooks.map(\.executionID) == [id, retryID])
            #expect(webhooks.last?.body["payload"]?.string == "of this run")
            #expect(webhooks.last?.body["retry_of"]?.string == id)
            #expect(try await belfry.executions(of: "refused-once").count == 2)
            #expect(try await EndToEnd.ended(id)["reason"]?.string == "invocation", "the failed run stays as it was")
        }

        /// The dead letter of an execution's refused delivery, as an operator finds it.
        private static func letter(of execution: String, in belfry: Installation) async throws -> JSONValue {
            try await until("the dead letter of \(execution) is in the list") {
                let page = try await belfry.api(
                    "GET", "/dead-letters?queue=courier.deliveries&reason=refused&job=refused-once")
                return page.body["results"]?.array?.first { $0["execution_id"]?.string == execution }
            }
        }
    }
}
