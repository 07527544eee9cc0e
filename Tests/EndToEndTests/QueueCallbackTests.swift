import Foundation
import JSON
import Messaging
import TestServers
import Testing

extension EndToEnd {
    /// Guarantee: a service that got its run over a queue can answer over a queue, with what the message tells it.
    @Suite struct QueueCallbackTests {
        /// Where callbacks go, as the headers of a message say.
        private struct Way {
            var exchange: String
            var routingKey: String
        }

        @Test func `a service reports over the exchange that its message names, and a bad token changes nothing`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let invocation = try await Self.invocation(of: "answered", in: belfry)
            let id = try #require(invocation.id)
            let token = try #require(invocation.headers[Header.token])
            let way = Way(
                exchange: try #require(invocation.headers[Header.callbackExchange]),
                routingKey: try #require(invocation.headers[Header.callbackRoutingKey]))
            // The right length and alphabet: only the signature can tell.
            var forged = Array(token)
            let last = forged.count - 5
            forged[last] = forged[last] == "A" ? "B" : "A"
            let logged = try belfry.log("ingesterd.1").count
            try await Self.publish(
                #"{"status":"success","summary":"forged"}"#, token: String(forged), way, of: belfry)
            let line = try await until("the forged callback is a dead letter") {
                try belfry.log("ingesterd.1").dropFirst(logged).split(separator: "\n").first {
                    $0.contains("dead letter") && $0.contains("ingester.callbacks")
                }
            }
            #expect(line.contains("reason=forbidden"))

            try await Self.publish(#"{"status":"processing","progress":35}"#, token: token, way, of: belfry)
            let running = try await until("the heartbeat is on record") {
                let record = try await belfry.api("GET", "/executions/\(id)").body
                return record["progress"]?.integer == 35 ? record : nil
            }
            #expect(running["status"]?.string == "processing" && running["summary"] == .null)

            let success = #"{"status":"success","summary":"500 sent","state":"7","correlation_id":"inv-1"}"#
            try await Self.publish(success, token: token, way, of: belfry)
            let record = try await EndToEnd.ended(id)
            #expect(record["status"]?.string == "success" && record["summary"]?.string == "500 sent", "\(record)")
            #expect(record["state"]?.string == "7" && record["correlation_id"]?.string == "inv-1")
            #expect(record["progress"]?.integer == 35)
        }

        /// Runs a new job whose target is a queue, and takes its message.
        private static func invocation(of job: String, in belfry: Installation) async throws -> InboundMessage {
            let queue = try await QueueWorker.start(job, in: belfry)
            defer { queue.stop() }
            let put = try await belfry.put(
                job,
                [
                    "invocation_type": .string("rabbitmq"), "invocation_target": .string("queue:\(job)"),
                    "schedule": EndToEnd.never,
                ])
            #expect(put.status == 201)
            let id = try await EndToEnd.run(job)
            let message = try #require(try await queue.take(1).first)
            #expect(message.id == id)
            return message
        }

        /// Publishes a callback with pika, as the broker user for services, and waits for its confirm.
        private static func publish(
            _ body: String, token: String, _ way: Way, of belfry: Installation
        ) async throws {
            let script = """
                import pika, sys
                url, exchange, key, token, body = sys.argv[1:]
                connection = pika.BlockingConnection(pika.URLParameters(url))
                channel = connection.channel()
                channel.confirm_delivery()
                properties = pika.BasicProperties(delivery_mode=2, headers={"x-belfry-token": token})
                channel.basic_publish(exchange, key, body, properties, mandatory=True)
                connection.close()
                """
            let url = try #require(belfry.settings["BELFRY_CALLBACKS_AMQP_URL"])
            let python = try await Program.script("python").trimmingCharacters(in: .whitespacesAndNewlines)
            let finished = try await Program.run(
                python, ["-c", script, url, way.exchange, way.routingKey, token, body])
            #expect(finished.status == 0, "\(finished.errors)")
        }
    }
}
