import Foundation
import JSON
import Messaging
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
            let letter = try await Self.replay(id, count: 1, isKept: true, of: belfry, dryRun: true)
            let headers = letter["headers"]
            #expect(letter["message_id"]?.string == "\(id)/1")
            #expect(headers?[Header.deadReason]?.string == "refused" && headers?[Header.deadAttempts]?.string == "1")
            #expect(headers?[Header.deadError]?.string?.hasPrefix("status 404") == true)
            #expect(headers?[Header.originQueue]?.string == "courier.deliveries")
            #expect(!(try belfry.log("courierd.1").contains("dead letter reason=refused")))

            try await belfry.put(
                "refused-once", fields.merging(["invocation_target": .string("\(service.url)/succeed")]) { $1 })
            _ = try await Self.replay(id, count: 1, isKept: true, of: belfry)
            let retry = try await until("the retry is on record") {
                try await belfry.executions(of: "refused-once").first { $0["retry_of"]?.string == id }
            }
            let retryID = try #require(retry["execution_id"]?.string)
            let ended = try await EndToEnd.ended(retryID)
            #expect(ended["status"]?.string == "success" && ended["trigger"]?.string == "retry")
            _ = try await Self.replay(id, count: 1, isKept: false, of: belfry)
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

        /// Takes the dead letter of an execution with pika, and publishes it to its origin as a replay. Returns it.
        private static func replay(
            _ execution: String, count: Int, isKept: Bool, of belfry: Installation, dryRun: Bool = false
        ) async throws -> JSONValue {
            let script = """
                import json, pika, sys
                url, execution, count, keep, dry = sys.argv[1:]
                connection = pika.BlockingConnection(pika.URLParameters(url))
                channel = connection.channel()
                channel.confirm_delivery()
                while True:
                    method, properties, body = channel.basic_get("belfry.courier.deliveries.dead")
                    if method is None or execution in body.decode(): break
                headers = properties.headers
                if dry == "false":
                    own = {n: v for n, v in headers.items() if not n.startswith("x-")}
                    own["belfry-replays"] = count
                    channel.basic_publish(
                        headers["belfry-origin-exchange"], headers["belfry-origin-routing-key"], body,
                        pika.BasicProperties(delivery_mode=2, message_id=properties.message_id, headers=own),
                        mandatory=True)
                if keep == "false": channel.basic_ack(method.delivery_tag)
                print(json.dumps({"message_id": properties.message_id, "headers": headers}))
                connection.close()
                """
            let url = try #require(belfry.settings["BELFRY_AMQP_URL"])
            let python = try await Program.script("python").trimmingCharacters(in: .whitespacesAndNewlines)
            let finished = try await Program.run(
                python, ["-c", script, url, execution, "\(count)", "\(isKept)", "\(dryRun)"])
            #expect(finished.status == 0, "\(finished.errors)")
            return try JSONValue(parsing: Array(finished.output.utf8))
        }
    }
}
